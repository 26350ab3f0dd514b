"""Loopback sockets on ports that the system chooses, kept off ports that clients must send from."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Container

from probe.model.address import Endpoint

LOOPBACK = "127.0.0.1"
_RECEIVE_BUFFER = 1 << 20
_TRIES = 64


def bound(kind: socket.SocketKind, avoiding: Container[int]) -> socket.socket:
    """A non-blocking socket on loopback. Raises OSError."""
    with contextlib.ExitStack() as passed_over:
        for _ in range(_TRIES):
            sock = socket.socket(socket.AF_INET, kind)
            try:
                sock.setblocking(False)
                sock.bind((LOOPBACK, 0))
            except OSError:
                sock.close()
                raise
            if sock.getsockname()[1] not in avoiding:
                if kind == socket.SOCK_DGRAM:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
                return sock
            passed_over.callback(sock.close)
    raise OSError("the system offers no free port for the lab")


def shut(kind: socket.SocketKind, avoiding: Container[int]) -> socket.socket:
    """Keeps a port that refuses everybody: TCP with a reset, UDP with an ICMP Port Unreachable."""
    sock = bound(kind, avoiding)
    if kind == socket.SOCK_DGRAM:
        # Connected to itself it takes datagrams from nobody else, so that for all others the port is closed.
        sock.connect(sock.getsockname())
    return sock


def own_address() -> str:
    """An address for one client alone, so that labs side by side do not fight for the ports that phones send from.

    Linux has all of 127.0.0.0/8 on loopback (RFC 1122 §3.2.1.3); elsewhere it is LOOPBACK.
    """
    address = f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            return LOOPBACK
    return address


def endpoint(sock: socket.socket) -> Endpoint:
    address, port = sock.getsockname()
    return Endpoint(address, port)
