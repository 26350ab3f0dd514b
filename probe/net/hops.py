"""Packets that expire on the way, and the ICMP Time Exceeded of the router where they do: without privilege, on Linux.

A UDP socket sends the real flow (source port, destination, DS field) with a small hop limit; the router's answer comes
back through the error queue (ip(7) IP_RECVERR, ipv6(7) IPV6_RECVERR), with the destination that the packet had.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.ports import HopAnswer, NetFailure, SourcePorts

from . import error_queue
from .classify import from_os_error
from .source_ports import SourcePortPool
from .tcp import endpoint_of

AVAILABLE = error_queue.AVAILABLE

_INTEGER = struct.Struct("=i")
_WAITING = 1024
_BATCH = 64


class HopSocket:
    """One local port, any destination, any hop limit."""

    def __init__(self, sock: socket.socket, pool: SourcePortPool) -> None:
        self._sock = sock
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._answers: asyncio.Queue[HopAnswer] = asyncio.Queue(_WAITING)
        self.local = endpoint_of(sock.getsockname())
        self._loop.add_reader(sock.fileno(), self._readable)

    def send(self, data: bytes, to: Endpoint, *, hop_limit: int, dscp: int = 0) -> None:
        """Raises NetFailure where this host refuses. An error about an earlier packet stays in the queue."""
        if self._sock.family == socket.AF_INET6:
            level, limit, marking = socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, socket.IPV6_TCLASS
        else:
            level, limit, marking = socket.IPPROTO_IP, socket.IP_TTL, socket.IP_TOS
        ancillary = [(level, limit, _INTEGER.pack(hop_limit)), (level, marking, _INTEGER.pack(dscp << 2))]
        for last in (False, True):
            try:
                self._sock.sendmsg([data], ancillary, 0, (to.address, to.port))
            except OSError as error:
                failure = from_os_error(error)
                if last or failure.kind.local:
                    raise NetFailure(failure) from error
            else:
                return

    async def receive(self) -> HopAnswer:
        return await self._answers.get()

    def _readable(self) -> None:
        for _ in range(_BATCH):
            try:
                data, _, _, source = self._sock.recvmsg(2048)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                # A pending error is reported once here; what it was stands in the queue.
                continue
            self._put(HopAnswer(to=endpoint_of(source), at=self._loop.time(), failure=None, payload=data))
        for _ in range(_BATCH):
            queued = error_queue.read_with_destination(self._sock)
            if queued is None:
                break
            failure, to, quoted = queued
            self._put(HopAnswer(to=to, at=self._loop.time(), failure=failure, payload=quoted))

    def _put(self, answer: HopAnswer) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._answers.put_nowait(answer)

    def close(self) -> None:
        if self._sock.fileno() < 0:
            return
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        self._pool.release(socket.SOCK_DGRAM, self.local.port)


async def open_socket(version: int, *, pool: SourcePortPool, source_ports: SourcePorts = None) -> HopSocket:
    """Raises NetFailure: no free port, no such IP version, or a system without an error queue."""
    if not AVAILABLE:
        detail = "this system does not show ICMP errors to programs without privilege"
        raise NetFailure(Failure(kind=FailureKind.UNSUPPORTED, detail=detail))
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    sock = None
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        error_queue.listen(sock, family)
        wildcard = Endpoint("::" if version == 6 else "0.0.0.0", 0)
        await pool.bind(sock, wildcard, source_ports)
        if sock.getsockname()[1] == 0:
            sock.bind((wildcard.address, 0))
    except OSError as error:
        if sock is not None:
            sock.close()
        raise NetFailure(from_os_error(error)) from error
    return HopSocket(sock, pool)
