"""What a firewall has to let out, as one list that every format of rules is written from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import product
from urllib.parse import urlsplit

import msgspec

from ..model import Catalog, Domain, Host, Level, Need, PortRow, Protocol
from ..ranges import PortRange, merge_ranges, parse_ranges
from ..syntax import Prefix, read_prefix

LEVELS: tuple[Level, ...] = ("required", "recommended", "informational")
"""From what must pass to what is good to know."""

ANYWHERE = ("host-defined", "vendor", "urls")
"""Destinations without a subnet list: any address, since the resolver or the vendor decides."""

HTTPS = PortRange(443, 443)


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """Packets of one row that may leave, and the answers to them."""

    row: str
    """Id of a `PortRow`, or the name of another table of the catalogue."""
    protocol: Protocol
    source_ports: tuple[PortRange, ...] = ()
    """Empty: any."""
    subnet_list: str | None = None
    destinations: tuple[Prefix, ...] = ()
    """Prefixes of `subnet_list`; empty: any address."""
    ports: tuple[PortRange, ...]
    comment: str


class _Ask(msgspec.Struct, frozen=True):
    """Ports that some client of a row needs from the same source ports, under the same condition."""

    source_ports: tuple[PortRange, ...]
    condition: str
    ports: tuple[PortRange, ...]


def permits(catalog: Catalog, personas: Collection[str] | None = None, level: Level = "informational") -> list[Permit]:
    """What the outbound rows ask for, down to `level`, in the order of the catalogue.

    With `personas`, what these need and no more; without, every row and whatever else some persona sends from.
    """
    prefixes = {each.id: tuple(read_prefix(one.prefix) for one in each.subnets) for each in catalog.subnet_lists}
    found = []
    for row in catalog.ports:
        if row.direction != "outbound" or (row.destination not in prefixes and row.destination not in ANYWHERE):
            continue
        for ask, protocol in product(_asks(catalog, row, personas, level), row.protocols):
            condition = f"only where {ask.condition}: " if ask.condition else ""
            found.append(
                Permit(
                    row=row.id,
                    protocol=protocol,
                    source_ports=ask.source_ports,
                    subnet_list=row.destination if row.destination in prefixes else None,
                    destinations=prefixes.get(row.destination, ()),
                    ports=ask.ports,
                    comment=f"{condition}{row.purpose} ({row.client})",
                )
            )
    return found + list(_named(catalog, personas, level))


def domains(catalog: Catalog, personas: Collection[str] | None, level: Level) -> list[Domain]:
    """The domain rows in question, for a filter of names."""
    return [each for each in catalog.domains if _wanted(each, personas, level)]


def within(wanted: Level, level: Level) -> bool:
    """Whether `level` includes `wanted`."""
    return LEVELS.index(wanted) <= LEVELS.index(level)


def _wanted(row: Domain | Host, personas: Collection[str] | None, level: Level) -> bool:
    return within(row.level, level) and (personas is None or not set(personas).isdisjoint(row.personas))


def _asks(catalog: Catalog, row: PortRow, personas: Collection[str] | None, level: Level) -> list[_Ask]:
    needs = [need for each in catalog.personas if personas is None or each.id in personas for need in each.needs]
    if personas is None:
        needs.insert(0, Need(row=row.id))
    ports: defaultdict[tuple[tuple[PortRange, ...], str], list[PortRange]] = defaultdict(list)
    for need, service in product((need for need in needs if need.row == row.id), row.services):
        if within(max(need.level, service.level, key=LEVELS.index), level):
            key = (_source(need.source_ports or row.source_ports), service.condition or "")
            ports[key] += _common(service.ranges, parse_ranges(need.ports)) if need.ports else service.ranges
    asks = [_Ask(source, condition, merge_ranges(found)) for (source, condition), found in ports.items() if found]
    return [ask for ask in asks if not any(_covers(other, ask) for other in asks if other is not ask)]


def _covers(outer: _Ask, inner: _Ask) -> bool:
    sources = not outer.source_ports or (bool(inner.source_ports) and holds(outer.source_ports, inner.source_ports))
    return sources and not outer.condition and holds(outer.ports, inner.ports)


def holds(outer: tuple[PortRange, ...], inner: tuple[PortRange, ...]) -> bool:
    """Whether every port of `inner` is in `outer`. Both are merged."""
    return all(any(one.first <= each.first and each.last <= one.last for one in outer) for each in inner)


def _source(text: str) -> tuple[PortRange, ...]:
    return () if text == "ephemeral" else merge_ranges(parse_ranges(text))


def _common(some: Iterable[PortRange], others: Iterable[PortRange]) -> list[PortRange]:
    pairs = ((max(a.first, b.first), min(a.last, b.last)) for a, b in product(some, others))
    return [PortRange(first, last) for first, last in pairs if first <= last]


def _named(catalog: Catalog, personas: Collection[str] | None, level: Level) -> Iterator[Permit]:
    """What is reached by name: its addresses are not published, so that only a filter of names can be stricter."""
    hosts = [host for host in catalog.hosts if _wanted(host, personas, level)]
    if domains(catalog, personas, level) or any(HTTPS in parse_ranges(host.ports) for host in hosts):
        comment = "HTTPS to the domain rows; narrow it in a filter of names, not by address"
        yield Permit(row="domains", protocol="tcp", ports=(HTTPS,), comment=comment)
    for protocol in ("tcp", "udp"):
        free = [host for host in hosts if host.row is None and _protocol(host) == protocol]
        ports = merge_ranges(port for host in free for port in parse_ranges(host.ports) if port != HTTPS)
        if ports:
            names = ", ".join(host.name for host in free if parse_ranges(host.ports) != (HTTPS,))
            yield Permit(row="hosts", protocol=protocol, ports=ports, comment=f"Hosts reached by name: {names}")
    if level != "informational":
        return
    if looked_up := merge_ranges(row.port for row in catalog.revocation):
        comment = "Certificate revocation (CRL, OCSP)"
        yield Permit(row="revocation", protocol="tcp", ports=looked_up, comment=comment)
    if pages := merge_ranges(_page_port(probe.url) for probe in catalog.portal_probes):
        comment = "Pages that betray a captive portal"
        yield Permit(row="portal_probes", protocol="tcp", ports=pages, comment=comment)


def _protocol(host: Host) -> Protocol:
    return "udp" if host.use in ("stun", "ntp") else "tcp"


def _page_port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
