"""The real network's streams and sockets by themselves: nobody at the other end can hold the loop or the memory."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from probe.model.address import Endpoint
from probe.model.failure import FailureKind
from probe.ports import NetFailure

from .fakes import LOCAL, Fakes, close, closed_port, flooding, hold, reset
from .leaks import tasks_left
from .running import LoopbackNet, resident


@pytest.fixture
def torrent() -> Iterator[int]:
    """A port that sends as fast as it is read, from a thread that nothing else slows down."""
    listener = socket.create_server((LOCAL, 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer, contextlib.suppress(OSError):
                    while True:
                        peer.sendall(bytes(1 << 20))

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


async def test_a_stream_without_end_does_not_stop_the_clock(torrent: int) -> None:
    stream = await LoopbackNet().connect(Endpoint(LOCAL, torrent))
    loop = asyncio.get_running_loop()
    began, turns, received = loop.time(), 0, 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(others())
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                while received < 1 << 34:
                    data = await stream.receive()
                    received += len(data)
                    assert not sum(data)  # reading takes longer than sending, as parsing does
    finally:
        stream.close()
        beside.cancel()
    assert received > 1 << 20
    assert turns > 10
    assert loop.time() - began < 1


async def test_a_flooded_socket_keeps_a_bounded_number_of_datagrams(fakes: Fakes) -> None:
    port = fakes.udp(flooding(lambda _, number: number.to_bytes(2, "big") * 500, count=8000))
    sock = await LoopbackNet().datagrams(Endpoint(LOCAL, port))
    before = resident()
    try:
        for _ in range(20):
            sock.send(b"more")
            await sock.receive()
        arrived = 0
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.2):
                    await sock.receive()
                arrived += 1
        assert arrived > 256
    finally:
        sock.close()
    assert resident() - before < 32 * 1024 * 1024


async def test_a_datagram_of_any_size_arrives_whole(fakes: Fakes) -> None:
    sizes = iter([0, 1, 1500, 65507])
    port = fakes.udp(flooding(lambda *_: b"x" * next(sizes), count=1))
    sock = await LoopbackNet().datagrams(Endpoint(LOCAL, port))
    try:
        for size in [0, 1, 1500, 65507]:
            sock.send(b"?")
            assert len((await sock.receive()).data) == size
    finally:
        sock.close()


async def test_port_unreachable_names_its_reporter() -> None:
    sock = await LoopbackNet().datagrams(Endpoint(LOCAL, closed_port(socket.SOCK_DGRAM)))
    try:
        sock.send(b"anybody?")
        with pytest.raises(NetFailure) as caught:
            await sock.receive()
    finally:
        sock.close()
    failure = caught.value.failure
    assert (failure.kind, failure.reporter, failure.icmp) == (FailureKind.PORT_UNREACHABLE, LOCAL, (3, 3))


async def test_an_icmp_error_is_not_lost_on_the_next_send() -> None:
    sock = await LoopbackNet().datagrams(Endpoint(LOCAL, closed_port(socket.SOCK_DGRAM)))
    try:
        sock.send(b"one")
        sock.send(b"two")  # the kernel reports the first one's error here
        with pytest.raises(NetFailure) as caught:
            await sock.receive()
    finally:
        sock.close()
    assert caught.value.failure.kind is FailureKind.PORT_UNREACHABLE


async def test_a_datagram_too_long_to_send_is_said_to_be(fakes: Fakes) -> None:
    sock = await LoopbackNet().datagrams(Endpoint(LOCAL, fakes.udp(flooding(lambda *_: b"", count=0))))
    try:
        with pytest.raises(NetFailure) as caught:
            sock.send(bytes(65600))
    finally:
        sock.close()
    assert caught.value.failure.kind is FailureKind.MESSAGE_TOO_LONG


async def test_a_refused_connection() -> None:
    with pytest.raises(NetFailure) as caught:
        await LoopbackNet().connect(Endpoint(LOCAL, closed_port()))
    assert caught.value.failure.kind is FailureKind.REFUSED


async def test_a_closed_connection_ends_the_stream(fakes: Fakes) -> None:
    stream = await LoopbackNet().connect(Endpoint(LOCAL, fakes.tcp(close)))
    assert await stream.receive() == b""
    stream.close()
    stream.close()  # twice does no harm


async def test_a_reset_connection_fails(fakes: Fakes) -> None:
    stream = await LoopbackNet().connect(Endpoint(LOCAL, fakes.tcp(reset)))
    try:
        await stream.send(b"hello")
        with pytest.raises(NetFailure) as caught:
            await stream.receive()
    finally:
        stream.close()
    assert caught.value.failure.kind is FailureKind.RESET


async def test_a_far_end_that_reads_nothing_does_not_fill_our_memory(fakes: Fakes) -> None:
    stream = await LoopbackNet().connect(Endpoint(LOCAL, fakes.tcp(hold)))
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await stream.send(bytes(64 << 20))
    finally:
        stream.close()


async def test_cancelling_a_connect_leaves_nothing(fakes: Fakes) -> None:
    """A listener whose backlog is full answers no SYN: a connection that hangs, on loopback."""
    with socket.socket() as full:
        full.bind((LOCAL, 0))
        full.listen(0)
        to = Endpoint(LOCAL, full.getsockname()[1])
        net = LoopbackNet()
        waiting = [asyncio.create_task(net.connect(to)) for _ in range(6)]
        await asyncio.wait(waiting, timeout=0.1)
        assert any(not each.done() for each in waiting)
        for each in waiting:
            each.cancel()
        for result in await asyncio.gather(*waiting, return_exceptions=True):
            if not isinstance(result, BaseException):
                result.close()
    assert not tasks_left()
