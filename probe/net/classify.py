"""Exceptions of the operating system and of the libraries become FailureKinds here, and nowhere else."""

from __future__ import annotations

import errno
import os

from probe.model.failure import Failure, FailureKind

_BY_ERRNO = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ECONNRESET: FailureKind.RESET,
    errno.EPIPE: FailureKind.CLOSED,
    errno.ECONNABORTED: FailureKind.RESET,
    errno.ETIMEDOUT: FailureKind.TIMEOUT,
    errno.EHOSTUNREACH: FailureKind.HOST_UNREACHABLE,
    errno.ENETUNREACH: FailureKind.NO_ROUTE,
    errno.ENETDOWN: FailureKind.NO_ROUTE,
    errno.EPERM: FailureKind.NOT_PERMITTED,
    errno.EACCES: FailureKind.NOT_PERMITTED,
    errno.EADDRINUSE: FailureKind.ADDRESS_IN_USE,
    errno.EADDRNOTAVAIL: FailureKind.ADDRESS_UNAVAILABLE,
    errno.EAFNOSUPPORT: FailureKind.NO_ROUTE,
    errno.EMSGSIZE: FailureKind.MESSAGE_TOO_LONG,
    errno.EMFILE: FailureKind.NO_RESOURCES,
    errno.ENFILE: FailureKind.NO_RESOURCES,
    errno.ENOBUFS: FailureKind.NO_RESOURCES,
    errno.ENOMEM: FailureKind.NO_RESOURCES,
}

_WORDS = {
    FailureKind.REFUSED: "connection refused",
    FailureKind.RESET: "connection reset by the far end",
    FailureKind.CLOSED: "connection closed by the far end",
    FailureKind.HOST_UNREACHABLE: "host unreachable",
    FailureKind.NO_ROUTE: "this host has no route to it",
    FailureKind.NOT_PERMITTED: "this host's own firewall or policy refused to send it",
    FailureKind.ADDRESS_IN_USE: "the local port is in use",
    FailureKind.ADDRESS_UNAVAILABLE: "no local address or port is available for it",
    FailureKind.NO_RESOURCES: "this host is out of sockets or buffers",
}

# RFC 792 destination unreachable (type 3), RFC 1812 §5.2.7.1
_ICMP4_UNREACHABLE = {
    0: FailureKind.NETWORK_UNREACHABLE,
    1: FailureKind.HOST_UNREACHABLE,
    3: FailureKind.PORT_UNREACHABLE,
    4: FailureKind.MESSAGE_TOO_LONG,
    9: FailureKind.PROHIBITED,
    10: FailureKind.PROHIBITED,
    13: FailureKind.PROHIBITED,
}
# RFC 4443 §3.1 destination unreachable (type 1)
_ICMP6_UNREACHABLE = {
    0: FailureKind.NO_ROUTE,
    1: FailureKind.PROHIBITED,
    3: FailureKind.HOST_UNREACHABLE,
    4: FailureKind.PORT_UNREACHABLE,
    5: FailureKind.PROHIBITED,
    6: FailureKind.PROHIBITED,
}
_ICMP_WORDS = {
    FailureKind.NETWORK_UNREACHABLE: "network unreachable",
    FailureKind.HOST_UNREACHABLE: "host unreachable",
    FailureKind.PORT_UNREACHABLE: "port unreachable",
    FailureKind.PROHIBITED: "administratively prohibited",
    FailureKind.TTL_EXCEEDED: "time exceeded",
    FailureKind.MESSAGE_TOO_LONG: "packet too big",
}


def from_os_error(error: OSError) -> Failure:
    kind = _BY_ERRNO.get(error.errno or 0)
    if kind is None:
        name = errno.errorcode.get(error.errno or 0, "unknown error")
        return Failure(kind=FailureKind.HOST_UNREACHABLE, detail=f"{name}: {os.strerror(error.errno or 0)}")
    return Failure(kind=kind, detail=_WORDS.get(kind, os.strerror(error.errno or 0)))


def from_icmp(version: int, icmp_type: int, code: int, reporter: str | None) -> Failure:
    """An ICMP (`version` 4) or ICMPv6 (6) error message about one of our packets."""
    kind = FailureKind.HOST_UNREACHABLE
    if (version, icmp_type) == (4, 3):
        kind = _ICMP4_UNREACHABLE.get(code, kind)
    elif (version, icmp_type) == (6, 1):
        kind = _ICMP6_UNREACHABLE.get(code, kind)
    elif (version, icmp_type) == (6, 2):
        kind = FailureKind.MESSAGE_TOO_LONG
    elif (version, icmp_type) in {(4, 11), (6, 3)}:
        kind = FailureKind.TTL_EXCEEDED
    said = _ICMP_WORDS.get(kind, "unreachable")
    detail = f"ICMP {said} (type {icmp_type}, code {code})" + (f" from {reporter}" if reporter else "")
    return Failure(kind=kind, detail=detail, reporter=reporter, icmp=(icmp_type, code))
