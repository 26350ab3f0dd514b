"""The lab's signalling edge: SIP over TLS, OPTIONS answered with 200 and all else with 405 (RFC 3261 §11)."""

from __future__ import annotations

import asyncio
import ssl

from probe.wire import sip, sip_exchange
from probe.wire.error import WireError
from probe.wire.sip_reader import PONG, Ping, Reader

from .tls import TlsSession
from .udp_services import SOFTWARE


class SipService:
    """With `silent`, requests are read and never answered."""

    def __init__(self, context: ssl.SSLContext, *, silent: bool) -> None:
        self._context = context
        self._silent = silent

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = TlsSession(self._context, reader, writer)
        messages = Reader(peer="client")
        source: tuple[str, int] = writer.get_extra_info("peername")[:2]
        try:
            if not await session.handshake():
                return
            while data := await session.receive():
                for message in messages.receive(data):
                    answer = _answer(message, source)
                    if answer is not None and not self._silent:
                        await session.send(answer)
        except (ssl.SSLError, WireError):
            return


def _answer(message: object, source: tuple[str, int]) -> bytes | None:
    if isinstance(message, Ping):
        return PONG
    if not isinstance(message, sip.Request) or message.method == "ACK":
        return None
    status, reason = (200, "OK") if message.method == "OPTIONS" else (405, "Method Not Allowed")
    headers = [("Allow", "OPTIONS"), ("Server", SOFTWARE)]
    return bytes(sip_exchange.respond(message, status, reason, to_tag="lab", source=source, headers=headers))
