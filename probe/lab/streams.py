"""TCP listeners of the lab and all that they accepted: every connection is ended and awaited when the lab closes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Awaitable, Callable

from probe.model.address import Endpoint

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_CHUNK = 65536


class Listeners:
    def __init__(self) -> None:
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._closing = False

    async def add(self, sock: socket.socket, serve: Serve) -> None:
        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = asyncio.current_task()
            assert connection is not None  # noqa: S101 - asyncio runs this as a task
            self._connections.add(connection)
            try:
                with contextlib.suppress(ConnectionError):
                    await serve(reader, writer)
            except asyncio.CancelledError:
                # Before Python 3.12 asyncio reports a connection that ends as cancelled as a fault.
                if not self._closing:
                    raise
            finally:
                self._connections.discard(connection)
                writer.close()

        self._servers.append(await asyncio.start_server(accepted, sock=sock, backlog=512))

    async def close(self) -> None:
        self._closing = True
        for server in self._servers:
            server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def mute(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Listens until the client goes, and never says a word."""
    while await reader.read(_CHUNK):
        pass


def delayed(to: Endpoint, delay: float) -> Serve:
    """A relay to another listener: what comes back from it comes `delay` seconds later, in order."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(to.address, to.port)
        back = asyncio.create_task(_return(inner_reader, writer, delay))
        forth = asyncio.create_task(_forward(reader, inner_writer))
        try:
            await asyncio.wait([back, forth], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (back, forth):
                each.cancel()
            await asyncio.gather(back, forth, return_exceptions=True)
            inner_writer.close()

    return relay


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


async def _return(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    under_way: deque[tuple[float, bytes]] = deque()
    arrived = asyncio.Event()

    async def collect() -> None:
        while True:
            data = await reader.read(_CHUNK)
            under_way.append((loop.time() + delay, data))
            arrived.set()
            if not data:
                return

    collecting = asyncio.create_task(collect())
    try:
        while True:
            await arrived.wait()
            due, data = under_way.popleft()
            if not under_way:
                arrived.clear()
            await asyncio.sleep(due - loop.time())
            if not data:
                return
            writer.write(data)
            await writer.drain()
    finally:
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
