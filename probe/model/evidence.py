"""What an operation saw: one record type per protocol, a tagged union."""

from __future__ import annotations

import msgspec

from .address import Endpoint


class _Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    pass


class ConnectEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="connect"):
    local: Endpoint
    remote: Endpoint


class ServiceRecord(msgspec.Struct, frozen=True):
    """RFC 2782."""

    priority: int
    weight: int
    port: int
    target: str


class DnsEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="dns"):
    name: str
    rdtype: str
    server: Endpoint
    transport: str
    """`udp` or `tcp`."""
    rcode: str
    answers: list[str] = []
    services: list[ServiceRecord] = []
    truncated: bool = False


class Certificate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    subject: str
    issuer: str
    not_before: str
    """RFC 3339."""
    not_after: str
    names: list[str] = []
    """Subject alternative names."""
    sha256: str
    key: str
    """Algorithm and size, such as `RSA 3072`."""


class Trust(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a chain leads to a root of one store, at the time of the handshake."""

    trusted: bool
    reason: str | None = None
    """OpenSSL's words for what is wrong with the chain."""
    code: int | None = None
    """OpenSSL's X509_V_ERR number."""


class CertificateRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The server asked for a client certificate (RFC 8446 §4.3.2, RFC 5246 §7.4.4)."""

    authorities: list[str] = []


class TlsEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="tls"):
    server_name: str
    server_hello: bool
    """A ServerHello with a certificate was seen: the far end speaks TLS, whatever came after."""
    version: str | None = None
    cipher: str | None = None
    alpn: str | None = None
    chain: list[Certificate] = []
    """As the server sent it, leaf first."""
    public_trust: Trust | None = None
    machine_trust: Trust | None = None
    name_matches: bool | None = None
    """RFC 9525: a subject alternative name matches `server_name`."""
    certificate_request: CertificateRequest | None = None
    alert: str | None = None
    """An alert that ended or followed the handshake."""
    checked_at: str
    """RFC 3339: the time at which validity was judged."""


class SipEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="sip"):
    status: int
    reason: str
    server: str | None = None
    received: str | None = None
    """`received` of the top Via: our address as the far end saw it (RFC 3261 §18.2.1)."""
    rport: int | None = None
    """RFC 3581."""


class StunEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="stun"):
    mapped: Endpoint | None = None
    sends: int
    """Requests sent before the answer."""
    round_trip: float | None = None
    """Seconds; None after a retransmission, since nobody knows which request was answered."""
    local: Endpoint
    remote: Endpoint
    software: str | None = None
    error_code: int | None = None
    other_address: Endpoint | None = None
    plain_mapped: Endpoint | None = None
    """MAPPED-ADDRESS where it was sent too: differing from `mapped`, something rewrote it."""


class NtpEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="ntp"):
    local: Endpoint
    remote: Endpoint
    stratum: int
    reference: str
    version: int
    leap: int
    offset: float | None = None
    """Seconds by which the server is ahead (RFC 5905 §8)."""
    delay: float | None = None
    unusable: str | None = None
    """Why no time can be taken from this answer."""


class HttpEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="http"):
    url: str
    status: int
    version: str
    server: str | None = None
    location: str | None = None
    websocket: bool | None = None
    """An upgrade was asked for: was it granted (101)?"""
    via_proxy: str | None = None
    """Proxy host and port, without credentials."""


class QuicEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="quic"):
    alpn: str
    status: int
    """HTTP/3 status."""


class RangeEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="range"):
    """Answers over a port range, UDP or TCP, from one destination; ports as ranges, such as `30000-40000`."""

    destination: str
    probed: str
    answered: str = ""
    unreachable: str = ""
    """The destination itself refused, by ICMP Port Unreachable or TCP reset: the packet arrived."""
    rejected: str = ""
    """ICMP from something in between."""
    silent: str = ""
    missing: str = ""
    """Stretches without an answer, outward from the silent or rejected ports to where answers begin."""


class Hop(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of the packets with one hop limit."""

    number: int
    sent: int
    addresses: list[str] = []
    """Who answered; more than one where paths are balanced. Empty: nobody."""
    round_trip: float | None = None
    """Seconds, the shortest."""


class PathEvidence(_Evidence, frozen=True, kw_only=True, omit_defaults=True, tag="path"):
    """The routers of one flow: its ports stay the same for every packet, so that it is balanced onto one path."""

    destination: Endpoint
    local: Endpoint
    hops: list[Hop]
    reached: bool
    """The destination itself answered."""


Evidence = (
    ConnectEvidence
    | DnsEvidence
    | TlsEvidence
    | SipEvidence
    | StunEvidence
    | NtpEvidence
    | HttpEvidence
    | QuicEvidence
    | RangeEvidence
    | PathEvidence
)
