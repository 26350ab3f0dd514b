"""A UDP socket connected to one destination (RFC 768), which hears ICMP errors about what it sent."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time

from probe.model.address import Endpoint
from probe.model.failure import FailureKind
from probe.ports import Arrival, NetFailure, SourcePorts

from . import error_queue
from .classify import from_os_error
from .source_ports import SourcePortPool
from .tcp import endpoint_of, mark

_LARGEST = 65535
# linux/socket.h: receive stamps by the kernel, which our own load cannot delay
_SO_TIMESTAMPNS = 35 if sys.platform == "linux" else None
_TIMESPEC = struct.Struct("@ll")
_WAITING = 256
"""Datagrams kept until they are received; what a flooding far end sends beyond is dropped."""


class UdpSocket:
    def __init__(self, sock: socket.socket, remote: Endpoint, pool: SourcePortPool) -> None:
        self._sock = sock
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Arrival | NetFailure] = asyncio.Queue(_WAITING)
        self.local = endpoint_of(sock.getsockname())
        self.remote = remote
        self._loop.add_reader(sock.fileno(), self._readable)

    def send(self, data: bytes) -> None:
        """Raises NetFailure where this host refuses; an error about an earlier packet is left for `receive`."""
        for last in (False, True):
            try:
                self._sock.send(data)
            except OSError as error:
                failure = error_queue.read(self._sock) or from_os_error(error)
                if last or failure.kind.local:
                    raise NetFailure(failure) from error
                # A pending ICMP error of the previous packet is reported once, on this call.
                self._put(NetFailure(failure))
            else:
                return

    async def receive(self) -> Arrival:
        arrived = await self._queue.get()
        if isinstance(arrived, NetFailure):
            raise arrived
        return arrived

    def _readable(self) -> None:
        for _ in range(64):
            try:
                data, at = self._receive()
            except (BlockingIOError, InterruptedError):
                break
            except OSError as error:
                self._put(NetFailure(error_queue.read(self._sock) or from_os_error(error)))
                break
            self._put(Arrival(data=data, at=at))
        queued = error_queue.read(self._sock)
        if queued is not None and queued.kind is not FailureKind.REFUSED:
            self._put(NetFailure(queued))

    def _receive(self) -> tuple[bytes, float]:
        """A datagram, and when the kernel had it, on the loop's clock."""
        if _SO_TIMESTAMPNS is None:
            return self._sock.recv(_LARGEST), self._loop.time()
        data, ancillary, _, _ = self._sock.recvmsg(_LARGEST, 64)
        now, wall = self._loop.time(), time.time()
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(value) == _TIMESPEC.size:
                seconds, nanoseconds = _TIMESPEC.unpack(value)
                return data, now - max(0.0, wall - seconds - nanoseconds / 1e9)
        return data, now

    def _put(self, arrived: Arrival | NetFailure) -> None:
        if not self._queue.full():
            self._queue.put_nowait(arrived)

    def close(self) -> None:
        if self._sock.fileno() < 0:
            return
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        self._pool.release(socket.SOCK_DGRAM, self.local.port)


async def open_socket(
    to: Endpoint, *, pool: SourcePortPool, source_ports: SourcePorts = None, dscp: int = 0
) -> UdpSocket:
    """Raises NetFailure where this host has no route, no permission or no free port."""
    sock = None
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in to.address else socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        mark(sock, dscp)
        error_queue.listen(sock, sock.family)
        if _SO_TIMESTAMPNS is not None:
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        await pool.bind(sock, to, source_ports)
        sock.connect((to.address, to.port))
        return UdpSocket(sock, to, pool)
    except BaseException as error:
        if sock is not None:
            pool.release(socket.SOCK_DGRAM, _bound_port(sock))
            sock.close()
        if isinstance(error, OSError):
            raise NetFailure(from_os_error(error)) from error
        raise


def _bound_port(sock: socket.socket) -> int:
    port: int = sock.getsockname()[1]
    return port
