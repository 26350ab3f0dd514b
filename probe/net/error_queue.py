"""ICMP errors about our own packets, read without privilege from a socket's error queue (Linux ip(7), IP_RECVERR)."""

from __future__ import annotations

import socket
import struct
import sys

from probe.model.address import Endpoint
from probe.model.failure import Failure

from .classify import from_icmp, from_os_error

AVAILABLE = sys.platform == "linux"

# linux/in.h, linux/in6.h, linux/errqueue.h
_IP_RECVERR, _IPV6_RECVERR, _MSG_ERRQUEUE = 11, 25, 0x2000
_SO_EE_ORIGIN_ICMP, _SO_EE_ORIGIN_ICMP6 = 2, 3
_EXTENDED_ERROR = struct.Struct("=IBBBxII")


def listen(sock: socket.socket, family: int) -> None:
    """Asks the system to keep ICMP errors about this socket's packets."""
    if not AVAILABLE:
        return
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


def read(sock: socket.socket) -> Failure | None:
    """The next queued error, or None."""
    found = read_with_destination(sock)
    return found[0] if found else None


def read_with_destination(sock: socket.socket) -> tuple[Failure, Endpoint, bytes] | None:
    """The next queued error, where our packet was going, and as much of its payload as came back."""
    if not AVAILABLE:
        return None
    try:
        payload, ancillary, _, name = sock.recvmsg(512, 512, _MSG_ERRQUEUE)
    except OSError:
        return None
    failure = _failure(ancillary)
    if failure is None:
        return None
    to = Endpoint(name[0].partition("%")[0], name[1]) if name else Endpoint("", 0)
    return failure, to, payload


def _failure(ancillary: list[tuple[int, int, bytes]]) -> Failure | None:
    for level, kind, data in ancillary:
        if (level, kind) not in {(socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)}:
            continue
        number, origin, icmp_type, code, _, _ = _EXTENDED_ERROR.unpack_from(data)
        offender = data[_EXTENDED_ERROR.size :]
        if origin == _SO_EE_ORIGIN_ICMP:
            reporter = socket.inet_ntop(socket.AF_INET, offender[4:8])
            return from_icmp(4, icmp_type, code, reporter)
        if origin == _SO_EE_ORIGIN_ICMP6:
            reporter = socket.inet_ntop(socket.AF_INET6, offender[8:24])
            return from_icmp(6, icmp_type, code, reporter)
        return from_os_error(OSError(number, ""))
    return None
