"""The server's side of TLS over asyncio's streams; unlike asyncio's own it sends the alert of a failed handshake."""

from __future__ import annotations

import asyncio
import ssl


class TlsSession:
    """Raises ssl.SSLError when the handshake fails, after its alert was sent."""

    def __init__(self, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._reader = reader
        self._writer = writer

    async def handshake(self) -> bool:
        """False when the client left before its end."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                if not await self._more():
                    return False
            except ssl.SSLError:
                await self._flush()
                raise
            else:
                await self._flush()
                return True

    async def receive(self) -> bytes:
        """Empty when the client has closed."""
        while True:
            try:
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                if not await self._more():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    async def send(self, data: bytes) -> None:
        self._tls.write(data)
        await self._flush()

    async def _more(self) -> bool:
        await self._flush()
        data = await self._reader.read(65536)
        self._incoming.write(data)
        return bool(data)

    async def _flush(self) -> None:
        if self._outgoing.pending:
            self._writer.write(self._outgoing.read())
            await self._writer.drain()
