"""One HTTP/3 exchange over QUIC by aioquic (RFC 9000, RFC 9114)."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, QuicEvent

from probe.model.evidence import QuicEvidence
from probe.model.failure import Failure, FailureKind
from probe.ports import HttpRequest, NetFailure

from .classify import from_os_error


class _Client(QuicConnectionProtocol):
    """Waits for the status of its one request."""

    status: asyncio.Future[int] | None = None
    http: H3Connection | None = None

    async def get(self, authority: str, path: str) -> int:
        self.http = H3Connection(self._quic)
        self.status = asyncio.get_running_loop().create_future()
        stream = self._quic.get_next_available_stream_id()
        headers = [
            (b":method", b"GET"),
            (b":scheme", b"https"),
            (b":authority", authority.encode()),
            (b":path", path.encode()),
        ]
        self.http.send_headers(stream, headers, end_stream=True)
        self.transmit()
        return await self.status

    def quic_event_received(self, event: QuicEvent) -> None:
        if self.status is None or self.status.done():
            return
        if isinstance(event, ConnectionTerminated):
            detail = f"QUIC connection ended: {event.reason_phrase or hex(event.error_code)}"
            self.status.set_exception(NetFailure(Failure(kind=FailureKind.CLOSED, detail=detail)))
            return
        if self.http is None:
            return
        for heard in self.http.handle_event(event):
            if isinstance(heard, HeadersReceived):
                status = dict(heard.headers).get(b":status", b"")
                if status.isdigit():
                    self.status.set_result(int(status))
                    return


async def fetch(request: HttpRequest) -> QuicEvidence:
    """Raises NetFailure. The chain is accepted unseen: HTTPS over TCP to the same host judges it."""
    url = urlsplit(request.url)
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=H3_ALPN, server_name=url.hostname, verify_mode=ssl.CERT_NONE
    )
    try:
        async with connect(
            request.to.address, request.to.port, configuration=configuration, create_protocol=_Client
        ) as client:
            assert isinstance(client, _Client)  # noqa: S101 - narrows the library's return type
            status = await client.get(url.netloc, url.path or "/")
            return QuicEvidence(alpn=H3_ALPN[0], status=status)
    except ConnectionError as error:
        raise NetFailure(Failure(kind=FailureKind.CLOSED, detail="QUIC handshake failed")) from error
    except OSError as error:
        raise NetFailure(from_os_error(error)) from error
