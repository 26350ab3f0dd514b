"""TCP connections on non-blocking sockets (RFC 9293), with a chosen source port and marking."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from probe.model.address import Endpoint
from probe.ports import Bound, NetFailure, SourcePorts

from . import error_queue
from .classify import from_os_error
from .source_ports import SourcePortPool

_RECEIVE = 65536
_ABORT = struct.pack("ii", 1, 0)


def endpoint_of(name: tuple[str, int] | tuple[str, int, int, int]) -> Endpoint:
    return Endpoint(name[0].partition("%")[0], name[1])


def mark(sock: socket.socket, dscp: int) -> None:
    """Sets the DS field (RFC 2474 §3) of everything the socket sends, the first packet included."""
    if dscp and sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
    elif dscp:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)


class TcpStream:
    def __init__(self, sock: socket.socket, remote: Endpoint, pool: SourcePortPool, *, chosen: bool) -> None:
        self._sock = sock
        self._pool = pool
        self._chosen = chosen
        self.local = endpoint_of(sock.getsockname())
        self.remote = remote

    async def send(self, data: bytes) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._sock, data)
        except OSError as error:
            raise NetFailure(from_os_error(error)) from error

    async def receive(self) -> bytes:
        # sock_recv gives way to others only where nothing has arrived: a far end that sends without end would keep
        # every other task, and every deadline, from its turn.
        await asyncio.sleep(0)
        try:
            return await asyncio.get_running_loop().sock_recv(self._sock, _RECEIVE)
        except OSError as error:
            raise NetFailure(from_os_error(error)) from error

    def close(self) -> None:
        if self._sock.fileno() < 0:
            return
        if self._chosen:
            # A chosen source port must not linger in TIME-WAIT: the next check needs it, towards the same far end.
            with contextlib.suppress(OSError):
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self._sock.close()
        self._pool.release(socket.SOCK_STREAM, self.local.port)


async def connect(
    to: Endpoint,
    *,
    pool: SourcePortPool,
    source_ports: SourcePorts = None,
    dscp: int = 0,
    bound: Bound | None = None,
) -> TcpStream:
    """Raises NetFailure; an ICMP error names the router that sent it."""
    family = socket.AF_INET6 if ":" in to.address else socket.AF_INET
    sock = None
    held = 0
    try:
        sock = socket.socket(family, socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0))
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mark(sock, dscp)
        error_queue.listen(sock, family)
        if source_ports is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        await pool.bind(sock, to, source_ports)
        held = sock.getsockname()[1] if source_ports is not None else 0
        if bound is not None:
            bound()
        await asyncio.get_running_loop().sock_connect(sock, (to.address, to.port))
        return TcpStream(sock, to, pool, chosen=source_ports is not None)
    except OSError as error:
        failure = (error_queue.read(sock) if sock is not None else None) or from_os_error(error)
        _discard(sock, pool, held)
        raise NetFailure(failure) from error
    except BaseException:
        _discard(sock, pool, held)
        raise


def _discard(sock: socket.socket | None, pool: SourcePortPool, held: int) -> None:
    if sock is not None:
        sock.close()
        if held:
            pool.release(socket.SOCK_STREAM, held)
