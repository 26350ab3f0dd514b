"""What a check may ask of the world. `probe.net` answers with real sockets, `tests.world` in memory.

Every method raises `NetFailure`, already classified, and nothing else; time limits are imposed by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from catalog.ranges import PortRange
from probe.model.address import Endpoint
from probe.model.evidence import Evidence, HttpEvidence, QuicEvidence, TlsEvidence
from probe.model.failure import Failure

SourcePorts = tuple[PortRange, ...] | None
"""Where the local port is taken from; None: the system's ephemeral ports."""

Bound = Callable[[], None]


class NetFailure(Exception):
    """An operation failed on the network. `evidence` is what was seen before it did."""

    def __init__(self, failure: Failure, evidence: Evidence | None = None) -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.evidence = evidence


class Stream(Protocol):
    """A connected byte stream."""

    @property
    def local(self) -> Endpoint: ...
    @property
    def remote(self) -> Endpoint: ...
    async def send(self, data: bytes) -> None: ...
    async def receive(self) -> bytes:
        """The next bytes, at most 64 KiB; empty when the far end has closed."""
        ...

    def close(self) -> None: ...


class TlsStream(Stream, Protocol):
    @property
    def evidence(self) -> TlsEvidence: ...


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A received datagram."""

    data: bytes
    at: float
    """`Clock.now()` at arrival."""


class Datagrams(Protocol):
    """A UDP socket connected to one destination, so that ICMP errors about it are heard."""

    @property
    def local(self) -> Endpoint: ...
    @property
    def remote(self) -> Endpoint: ...
    def send(self, data: bytes) -> None: ...
    async def receive(self) -> Arrival: ...
    def close(self) -> None: ...


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    to: Endpoint
    """Where to connect; the URL's host is only for the Host header and SNI."""
    websocket: bool = False


class HttpReply(msgspec.Struct, frozen=True, kw_only=True):
    http: HttpEvidence
    tls: TlsEvidence | None
    """None over plain HTTP."""
    connect_time: float
    """Seconds for TCP and TLS together."""
    request_time: float
    """Seconds from the request to the status line."""


class HopAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back for a packet that was to expire on the way."""

    to: Endpoint
    """Where our packet was going."""
    at: float
    """`Clock.now()` at arrival."""
    failure: Failure | None
    """The ICMP error, with its sender; None: the destination itself answered."""
    payload: bytes
    """As much of our own payload as the error quotes, or the destination's answer."""


class HopProbes(Protocol):
    """A UDP socket that sends to any destination with any hop limit, and hears the ICMP errors about it."""

    @property
    def local(self) -> Endpoint: ...
    def send(self, data: bytes, to: Endpoint, *, hop_limit: int, dscp: int = 0) -> None: ...
    async def receive(self) -> HopAnswer: ...
    def close(self) -> None: ...


class Waits(Protocol):
    """How long to wait for an answer, in seconds: first quickly, then once patiently before silence is believed."""

    @property
    def quick(self) -> float: ...
    @property
    def patient(self) -> float: ...
    def learn(self, round_trip: float) -> None: ...


class Net(Protocol):
    def name_servers(self) -> Sequence[Endpoint]:
        """The resolvers that this machine is configured to use."""
        ...

    def versions(self) -> Sequence[int]:
        """The IP versions that this machine has a route for: 4, 6 or both."""
        ...

    async def connect(
        self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0, bound: Bound | None = None
    ) -> Stream:
        """Waits until one of `source_ports` is free; `bound` is called when it is, before the first packet."""
        ...

    async def connect_each(self, to: Sequence[Endpoint], *, waits: Waits, at_once: int) -> list[float | Failure]:
        """Tries a TCP connection to each, from ephemeral ports, and closes it at once: seconds it took, or why not."""
        ...

    async def secure(self, stream: Stream, *, server_name: str, alpn: Sequence[str] = ()) -> TlsStream:
        """A TLS handshake on `stream`. Any chain is accepted here and judged in the evidence."""
        ...

    async def datagrams(self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0) -> Datagrams:
        """Waits until one of `source_ports` is free, and for nothing else."""
        ...

    async def hop_probes(self, version: int, *, source_ports: SourcePorts = None) -> HopProbes:
        """`version` is 4 or 6. Fails as `unsupported` where this system shows no ICMP errors without privilege."""
        ...

    async def fetch(self, request: HttpRequest) -> HttpReply:
        """One HTTP exchange, without following redirects; the body is read up to a small limit and dropped."""
        ...

    async def fetch_quic(self, request: HttpRequest) -> QuicEvidence:
        """One HTTP/3 exchange over QUIC (RFC 9114)."""
        ...


class Clock(Protocol):
    def now(self) -> float:
        """Seconds of a monotonic clock."""
        ...

    def wall(self) -> float:
        """Seconds since the Unix epoch by this machine's clock."""
        ...
