"""One HTTP/3 exchange over QUIC by aioquic (RFC 9000, RFC 9114)."""

from __future__ import annotations

import asyncio
import socket
import ssl
from urllib.parse import urlsplit

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import ConnectionTerminated, HandshakeCompleted, QuicEvent

from probe.model.evidence import QuicEvidence
from probe.model.failure import Failure, FailureKind
from probe.ports import HttpRequest, NetFailure

from .classify import from_os_error


class _Client(QuicConnectionProtocol):
    """Sends one request once the handshake is complete, and waits for its status."""

    status: asyncio.Future[int]
    request: list[tuple[bytes, bytes]]
    http: H3Connection | None = None

    def ask(self, authority: str, path: str) -> asyncio.Future[int]:
        """The HTTP/3 status; fails with NetFailure when the connection ends before one came."""
        self.status = asyncio.get_running_loop().create_future()
        self.request = [
            (b":method", b"GET"),
            (b":scheme", b"https"),
            (b":authority", authority.encode()),
            (b":path", path.encode()),
        ]
        return self.status

    def quic_event_received(self, event: QuicEvent) -> None:
        if self.status.done():
            return
        if isinstance(event, HandshakeCompleted):
            self.http = H3Connection(self._quic)
            self.http.send_headers(self._quic.get_next_available_stream_id(), self.request, end_stream=True)
            self.transmit()
        elif isinstance(event, ConnectionTerminated):
            detail = f"QUIC connection ended: {event.reason_phrase or hex(event.error_code)}"
            self.status.set_exception(NetFailure(Failure(kind=FailureKind.CLOSED, detail=detail)))
        elif self.http is not None:
            for heard in self.http.handle_event(event):
                status = dict(heard.headers).get(b":status", b"") if isinstance(heard, HeadersReceived) else b""
                if status.isdigit() and not self.status.done():
                    self.status.set_result(int(status))


async def fetch(request: HttpRequest, *, bind: str | None = None) -> QuicEvidence:
    """Raises NetFailure. The chain is accepted unseen: HTTPS over TCP to the same host judges it."""
    url = urlsplit(request.url)
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=H3_ALPN, server_name=url.hostname, verify_mode=ssl.CERT_NONE
    )
    to = request.to
    family = socket.AF_INET6 if to.version == 6 else socket.AF_INET
    try:
        # Not the library's own connect(): that waits out the closing period, three probe timeouts, as part of the
        # exchange, and leaves its socket open when it is cancelled meanwhile.
        transport, client = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Client(QuicConnection(configuration=configuration)),
            family=family,
            local_addr=(bind, 0) if bind else None,
        )
    except OSError as error:
        raise NetFailure(from_os_error(error)) from error
    try:
        status = client.ask(url.netloc, url.path or "/")
        client.connect((to.address, to.port) if to.version == 4 else (to.address, to.port, 0, 0))
        return QuicEvidence(alpn=H3_ALPN[0], status=await status)
    finally:
        client.close()
        transport.close()
