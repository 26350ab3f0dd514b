"""Servers on 127.0.0.1 in a thread of their own: a prober that never yields starves itself, not them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

LOCAL = "127.0.0.1"

Reply = Callable[[bytes], None]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[bytes, Reply], Coroutine[Any, Any, None]]


class Fakes:
    """Use as a context; ports are the system's choice. A handler that the peer leaves ends quietly."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)  # a prober that hangs up is no fault of the fake
        self._thread = threading.Thread(target=self._loop.run_forever, name="fakes")
        self._accepted: list[socket.socket] = []
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Fakes:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def tcp(self, serve: Serve, *, port: int = 0) -> int:
        """Every accepted socket has an owner from the moment of its acceptance, which asyncio's own servers lack."""
        listener = socket.create_server((LOCAL, port))
        listener.setblocking(False)
        self._sockets.append(listener)

        def arrived() -> None:
            with contextlib.suppress(OSError):
                accepted, _ = listener.accept()
                accepted.setblocking(False)
                self._accepted.append(accepted)
                self._begin(self._serve(serve, accepted))

        self._loop.call_soon_threadsafe(self._loop.add_reader, listener.fileno(), arrived)
        return int(listener.getsockname()[1])

    async def _serve(self, serve: Serve, accepted: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError, ssl.SSLError):
            reader, writer = await asyncio.open_connection(sock=accepted)
            try:
                await serve(reader, writer)
            finally:
                writer.transport.abort()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def udp(self, answer: Answer, *, port: int = 0) -> int:
        """A plain socket: asyncio's own transport does not send empty datagrams."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((LOCAL, port))
        self._sockets.append(sock)

        def arrived() -> None:
            with contextlib.suppress(OSError):
                data, sender = sock.recvfrom(65535)
                self._begin(answer(data, lambda each: send(each, sender)))

        def send(data: bytes, to: tuple[str, int]) -> None:
            with contextlib.suppress(OSError):  # a full buffer drops, as a network does
                sock.sendto(data, to)

        self._loop.call_soon_threadsafe(self._loop.add_reader, sock.fileno(), arrived)
        return int(sock.getsockname()[1])

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _end(self) -> None:
        for sock in self._sockets:
            self._loop.remove_reader(sock.fileno())
            sock.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _ in range(2):
            await asyncio.sleep(0)  # transports close at the loop's next turn
        for sock in self._accepted:
            sock.close()


def closed_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port at which nobody listens."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((LOCAL, 0))
        return int(sock.getsockname()[1])


async def hold(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Accepts, and says nothing for ever."""
    await asyncio.Event().wait()


async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Closes at once."""
    writer.close()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Resets the connection at the first byte."""
    await reader.read(1)
    reset_socket(writer)


def reset_socket(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def silence(_: bytes, __: Reply) -> None:
    """Takes datagrams and answers none."""


def saying(data: bytes) -> Serve:
    """Says one thing after the first byte, and then nothing for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(data)
        await asyncio.Event().wait()

    return serve


def endless(chunk: bytes, *, first: bytes = b"") -> Serve:
    """After the first byte: `first`, then `chunk` for ever, as fast as it is taken."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(first)
        while True:
            writer.write(chunk)
            await writer.drain()

    return serve


def dripping(data: bytes, *, every: float = 0.1) -> Serve:
    """One byte each `every` seconds, round and round."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        while True:
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(every)

    return serve


def flooding(make: Callable[[bytes, int], bytes], *, count: int = 5000) -> Answer:
    """`count` datagrams for each one that comes: `make(request, number)`."""

    async def answer(data: bytes, reply: Reply) -> None:
        for number in range(count):
            reply(make(data, number))
            if number % 100 == 99:
                await asyncio.sleep(0)

    return answer


def answering(make: Callable[[bytes], bytes]) -> Answer:
    async def answer(data: bytes, reply: Reply) -> None:
        reply(make(data))

    return answer


def secured(context: ssl.SSLContext, says: Callable[[bytes], Iterable[bytes]] = lambda _: ()) -> Serve:
    """A TLS server that sends its alerts before it closes, which asyncio's own does not.

    `says` is asked what to send for each piece of application data.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        step: Callable[[], object] = tls.do_handshake
        while True:
            try:
                done = step()
                if step == tls.do_handshake:
                    step = lambda: tls.read(65536)  # noqa: E731
                elif isinstance(done, bytes):
                    for each in says(done):
                        tls.write(each)
                        writer.write(outgoing.read())
                        await writer.drain()
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                data = await reader.read(65536)
                if not data:
                    return
                incoming.write(data)
            except ssl.SSLError:
                writer.write(outgoing.read())
                writer.write_eof()
                await reader.read(-1)
                return

    return serve
