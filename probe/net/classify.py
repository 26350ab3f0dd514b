"""Exceptions of the operating system and of the libraries become FailureKinds here, and nowhere else."""

from __future__ import annotations

import errno
import os
import re

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


# asyncio raises these without a number, above all where a far end leaves during a TLS handshake.
_BY_TYPE = {
    ConnectionResetError: FailureKind.CLOSED,
    BrokenPipeError: FailureKind.CLOSED,
    ConnectionAbortedError: FailureKind.RESET,
    ConnectionRefusedError: FailureKind.REFUSED,
    TimeoutError: FailureKind.TIMEOUT,
}
_NOT_TLS = ("wrong version number", "packet length too long", "http request", "unknown protocol")


def from_os_error(error: OSError) -> Failure:
    kind = _BY_ERRNO.get(error.errno) if error.errno else _BY_TYPE.get(type(error))
    if kind is None:
        name = errno.errorcode.get(error.errno or 0, "unknown error")
        words = os.strerror(error.errno) if error.errno else one_line(str(error)) or type(error).__name__
        return Failure(kind=FailureKind.HOST_UNREACHABLE, detail=f"{name}: {words}")
    return Failure(kind=kind, detail=_WORDS.get(kind) or (os.strerror(error.errno) if error.errno else "no answer"))


def from_tls(reason: str, alert: str | None = None) -> Failure:
    """OpenSSL's words for why a handshake ended, as in `wrong version number` or `TLSV1_ALERT_PROTOCOL_VERSION`."""
    reason = one_line(reason.lower().replace("_", " "))
    named = re.search(r"\balert (?!number)([a-z ]+)", reason)
    if alert is None and named:
        alert = named[1].strip().replace(" ", "_")
    if alert:
        return Failure(kind=FailureKind.TLS_ALERT, detail=f"TLS alert {alert}")
    if "unexpected eof" in reason:
        return Failure(kind=FailureKind.CLOSED, detail="connection closed during the TLS handshake")
    if any(sign in reason for sign in _NOT_TLS):
        return Failure(kind=FailureKind.NOT_TLS, detail=f"the answer is not TLS ({reason})")
    return Failure(kind=FailureKind.TLS_FAILED, detail=f"TLS: {reason or 'handshake failed'}")


def one_line(text: str, most: int = 160) -> str:
    """What somebody else wrote, as a part of one line."""
    return " ".join(text.split())[:most]


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
