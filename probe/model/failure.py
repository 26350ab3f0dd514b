"""The closed list of ways in which one network operation can fail; `probe.net.classify` alone chooses among them."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class FailureKind(StrEnum):
    # nothing came back
    TIMEOUT = "timeout"
    # we stopped waiting for reasons of our own, which says nothing about the network
    INTERRUPTED = "interrupted"
    # nothing was heard, but this host stood still meanwhile and may have missed it
    STALLED = "stalled"
    # the far end or something that speaks for it
    REFUSED = "refused"
    RESET = "reset"
    CLOSED = "closed"
    # routers and firewalls that say so (RFC 792, RFC 1812, RFC 4443)
    HOST_UNREACHABLE = "host_unreachable"
    NETWORK_UNREACHABLE = "network_unreachable"
    PORT_UNREACHABLE = "port_unreachable"
    PROHIBITED = "prohibited"
    TTL_EXCEEDED = "ttl_exceeded"
    MESSAGE_TOO_LONG = "message_too_long"
    # this host
    NOT_PERMITTED = "not_permitted"
    ADDRESS_IN_USE = "address_in_use"
    ADDRESS_UNAVAILABLE = "address_unavailable"
    NO_ROUTE = "no_route"
    NO_RESOURCES = "no_resources"
    UNSUPPORTED = "unsupported"
    # names
    NAME_NOT_FOUND = "name_not_found"
    NO_DATA = "no_data"
    NAME_SERVER_FAILURE = "name_server_failure"
    NAME_SERVER_REFUSED = "name_server_refused"
    # what came back
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    MISMATCH = "mismatch"
    ERROR_ANSWER = "error_answer"
    NOT_TLS = "not_tls"
    TLS_ALERT = "tls_alert"
    TLS_FAILED = "tls_failed"
    PROXY_REFUSED = "proxy_refused"

    @property
    def silent(self) -> bool:
        """Nothing was heard: the only kind that a drop can cause."""
        return self in {FailureKind.TIMEOUT, FailureKind.STALLED}

    @property
    def ours(self) -> bool:
        """It happened on this side and says nothing about the network."""
        return self in {FailureKind.INTERRUPTED, FailureKind.STALLED}

    @property
    def local(self) -> bool:
        """This host refused before a packet left it."""
        return self in _LOCAL


_LOCAL = frozenset(
    {
        FailureKind.NOT_PERMITTED,
        FailureKind.ADDRESS_IN_USE,
        FailureKind.ADDRESS_UNAVAILABLE,
        FailureKind.NO_ROUTE,
        FailureKind.NO_RESOURCES,
        FailureKind.UNSUPPORTED,
    }
)


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one operation failed."""

    kind: FailureKind
    detail: str
    """One line in plain words."""
    reporter: str | None = None
    """Address of the router or host whose ICMP message or answer said so."""
    icmp: tuple[int, int] | None = None
    """ICMP type and code."""
