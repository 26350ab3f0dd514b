"""What a catalogue says: rows of data, each with its source, its date and how well it is known.

Every row type derives from `Row`, so that no value exists without its evidence. Units: seconds, bytes, ratios.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

import msgspec

from .ranges import PortRange, parse_ranges

Mark = Literal["doc", "corrected", "other", "deduced", "unverified"]
"""How a value is known: printed undamaged in the document; printed damaged and put right; seen in another source;
following from arithmetic or containment; remembered or guessed (never the ground of a failure)."""

Level = Literal["required", "recommended", "informational"]
Region = Literal["us", "ca", "eu", "jp", "au"]
Protocol = Literal["tcp", "udp"]
Area = Literal[
    "firewall",
    "nat",
    "alg",
    "mtu",
    "dns",
    "ntp",
    "proxy",
    "tls",
    "sip",
    "media",
    "qos",
    "quality",
    "captive-portal",
    "revocation",
    "probing",
    "unresolved",
]
Ports = Annotated[str, msgspec.Meta(pattern=r"^[0-9][0-9, -]*$", title="ports")]
SourcePorts = Annotated[str, msgspec.Meta(pattern=r"^(?:ephemeral|[0-9][0-9, -]*)$", title="ports")]
"""Ports, or the word `ephemeral`: the system chooses."""
Use = Literal[
    "sip-tls", "sip-mtls", "stun", "audio", "video", "srtp", "https", "http", "tls", "ntp", "dns", "push", "sip", "turn"
]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Written by people: an unknown key is an error."""


class Row(Strict, frozen=True, kw_only=True):
    """A statement with its evidence."""

    mark: Mark
    source: str
    """Key of a `Source`."""
    date: datetime.date
    """When the source said so."""
    printed: str | None = None
    """What the document printed, where `mark` is `corrected`."""
    note: str | None = None


class Source(Strict, frozen=True, kw_only=True):
    key: str
    title: str
    date: datetime.date | None = None
    """None: the copy that was read has no date."""
    reference: str | None = None


class Need(Strict, frozen=True, kw_only=True):
    """One port row that a persona depends on."""

    row: str
    """Id of a `PortRow`."""
    ports: Ports | None = None
    """Only these of the row's destination ports; None: all."""
    source_ports: SourcePorts | None = None
    """What this persona sends from, where it differs from the row."""
    level: Level = "required"


class Persona(Row, frozen=True, kw_only=True):
    """A kind of client. `products` are the names it has in the proxy and inspection tables."""

    id: str
    title: str
    products: list[str]
    needs: list[Need]


class Subnet(Row, frozen=True, kw_only=True):
    prefix: str
    hosts: list[str] = []
    """Host names that were seen in it."""


class SubnetList(Strict, frozen=True, kw_only=True):
    id: str
    title: str
    current: bool
    """False: kept to recognise addresses of outdated allow-lists; never allowed or tested."""
    subnets: list[Subnet]


class Service(Strict, frozen=True, kw_only=True):
    """Destination ports of a row that serve one use."""

    use: Use
    ports: Ports
    level: Level = "required"
    condition: str | None = None
    """When this applies, in words; such a service is tested only where the site file says so."""

    @property
    def ranges(self) -> tuple[PortRange, ...]:
        return parse_ranges(self.ports)


class PortRow(Row, frozen=True, kw_only=True):
    """One row of the port table: who sends what from where to where."""

    id: str
    purpose: str
    direction: Literal["outbound", "inbound"]
    client: str
    """The source as the table names it."""
    source_ports: SourcePorts
    protocols: list[Protocol]
    origin: str | None = None
    """Id of the `SubnetList` that an inbound row comes from; None: this site."""
    destination: str
    """Id of a `SubnetList`, or one of `host-defined`, `customer-gateway`, `pstn-gateway`, `vendor`, `urls`."""
    services: list[Service]
    """Empty: the site chooses the ports, the source names none."""


class Domain(Row, frozen=True, kw_only=True):
    id: str
    domain: str
    """With a leading `*.`: the domain itself and all below it."""
    purpose: str
    used_by: str
    personas: list[str]
    level: Level = "required"


class Host(Row, frozen=True, kw_only=True):
    """A name that can be asked without an account."""

    name: str
    ports: Ports
    use: Use
    purpose: str
    row: str | None = None
    """The `PortRow` it stands for, beside the `Domain` row that its name falls under."""
    personas: list[str]
    level: Level = "required"
    region: Region | None = None
    path: str = "/"
    websocket: bool = False
    """The client keeps a WebSocket to this host."""


class EdgeGroup(Row, frozen=True, kw_only=True):
    """Signalling edge hosts of a region: every name is `prefix` + two digits + `.` + `domain`."""

    id: str
    region: Region
    title: str
    trunk: Literal["registration", "certificate"]
    prefixes: list[str]
    first: int
    last: int
    domain: str
    port: int
    srv: bool
    """SRV `_sips._tcp.<name>` gives the port."""

    @property
    def names(self) -> tuple[str, ...]:
        numbers = range(self.first, self.last + 1)
        return tuple(f"{prefix}{number:02}.{self.domain}" for prefix in self.prefixes for number in numbers)


class Edge(Row, frozen=True, kw_only=True):
    """Something in the cloud that answers strangers over UDP: a STUN or a time server."""

    name: str
    use: Literal["stun", "ntp"]
    ports: Ports
    region: Region


class Qos(Row, frozen=True, kw_only=True):
    id: str
    client: str
    traffic: Literal["audio", "video", "signalling", "audio and video"]
    personas: list[str]
    source_ports: SourcePorts
    ports: Ports
    dscp: list[Annotated[int, msgspec.Meta(ge=0, le=63)]]
    """Code points in the order of the traffic named."""


class Proxy(Row, frozen=True, kw_only=True):
    """What a product can do with a proxy."""

    product: str
    configuration: list[Literal["manual", "wpad", "pac", "gpo", "os"]]
    authentication: list[Literal["none", "basic", "digest", "ntlm", "negotiate"]]


class Inspection(Row, frozen=True, kw_only=True):
    """Whether a product can be made to trust an inspecting proxy's CA."""

    product: str
    custom_ca: bool
    how: str


class Limit(Strict, frozen=True, kw_only=True):
    """A bound on a metric. `good` holds up to here; beyond `poor` the requirement is broken."""

    metric: str
    unit: Literal["s", "B", "ratio", "count", "version", "mos"]
    better: Literal["lower", "higher"]
    good: float
    poor: float | None = None
    """None: never a failure, at worst a warning."""


class Guidance(Row, frozen=True, kw_only=True):
    """A rule about the network, firewall, NAT, proxy or TLS, with its numbers where it has some."""

    id: str
    area: Area
    rule: str
    level: Level = "informational"
    limits: list[Limit] = []


class Exemption(Row, frozen=True, kw_only=True):
    """Names that a proxy must not inspect."""

    domain: str
    reason: str


class PortalProbe(Row, frozen=True, kw_only=True):
    """A page with a known answer; any other answer betrays a captive portal."""

    url: str
    status: int
    body: str | None = None
    """Text that the page contains; None: an empty page."""


class Revocation(Row, frozen=True, kw_only=True):
    """Where certificate revocation is looked up."""

    domain: str
    port: int


class TlsPolicy(Row, frozen=True, kw_only=True):
    versions: list[Literal["TLSv1.2", "TLSv1.3"]]
    ciphers: list[str]
    """In the order the servers prefer, IANA or OpenSSL names as the source prints them."""


class Catalog(Strict, frozen=True, kw_only=True):
    schema: Literal[1]
    name: str
    title: str
    released: datetime.date
    review_by: datetime.date
    """After this day a report warns that the catalogue may be outdated."""
    sources: list[Source]
    personas: list[Persona]
    subnet_lists: list[SubnetList]
    ports: list[PortRow]
    domains: list[Domain]
    hosts: list[Host]
    edge_groups: list[EdgeGroup]
    edges: list[Edge]
    qos: list[Qos]
    proxies: list[Proxy]
    inspections: list[Inspection]
    exemptions: list[Exemption]
    guidance: list[Guidance]
    portal_probes: list[PortalProbe]
    revocation: list[Revocation]
    tls: list[TlsPolicy]


class Change(Row, frozen=True, kw_only=True):
    """One entry of the catalogue's history."""

    id: str
    summary: str
    added: list[str] = []
    removed: list[str] = []
    effective: datetime.date | None = None
    day_known: bool = True
    """False: the month is sure, the day is not."""


class History(Strict, frozen=True, kw_only=True):
    schema: Literal[1]
    name: str
    changes: list[Change]
