"""HTTP/3 for every web host of the twin: 200 to each request (RFC 9114), by aioquic."""

from __future__ import annotations

from pathlib import Path

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import QuicServer
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ProtocolNegotiated, QuicEvent


class _Connection(QuicConnectionProtocol):
    _http: H3Connection | None = None

    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, ProtocolNegotiated) and event.alpn_protocol in H3_ALPN:
            self._http = H3Connection(self._quic)
        if self._http is None:
            return
        for heard in self._http.handle_event(event):
            if isinstance(heard, HeadersReceived):
                headers = [(b":status", b"200"), (b"server", b"callready lab")]
                self._http.send_headers(heard.stream_id, headers, end_stream=True)
                self.transmit()


def server(chain: Path, key: Path) -> QuicServer:
    """A datagram protocol; `close()` ends its connections."""
    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
    configuration.load_cert_chain(chain, key)
    return QuicServer(configuration=configuration, create_protocol=_Connection)
