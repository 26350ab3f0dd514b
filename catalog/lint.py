"""What a catalogue must fulfil beyond its structure. Pure: the rules see the data and nothing else."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Iterator

from .model import Catalog, Guidance, History, Host, Persona, PortRow, Row, SubnetList
from .ranges import PortRange, merge_ranges, parse_ranges
from .strict import Problem, meant
from .syntax import Fault, Prefix, check_domain, check_name, check_pattern, check_url, covers, read_prefix

KEYWORDS = ("host-defined", "customer-gateway", "pstn-gateway", "vendor", "urls")
"""Destinations that are no subnet list."""

HIGHEST_EDGE = 99
"""The names of edge hosts end in two digits."""

_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,60}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
"""What goes into the names of a firewall's sets and groups."""


class _Findings:
    """The problems found so far, and what every rule looks up."""

    def __init__(self, catalog: Catalog) -> None:
        self.problems: list[Problem] = []
        self.sources = {source.key for source in catalog.sources}
        self.personas = {persona.id for persona in catalog.personas}
        self.rows = {row.id: row for row in catalog.ports}
        self.lists = {each.id: each for each in catalog.subnet_lists}
        self.products = {each.product for each in catalog.proxies} | {each.product for each in catalog.inspections}

    def error(self, where: str, what: str, fix: str) -> None:
        self.problems.append(Problem(where=where, what=what, fix=fix))

    def warning(self, where: str, what: str, fix: str) -> None:
        self.problems.append(Problem(where=where, what=what, fix=fix, severity="warning"))

    def syntax(self, where: str, check: Callable[[str], object], text: str) -> None:
        try:
            check(text)
        except Fault as fault:
            self.error(where, fault.what, fault.fix)

    def known(self, where: str, kind: str, word: str, words: Iterable[str]) -> bool:
        words = list(words)
        if word in words:
            return True
        self.error(where, f"'{word}' is no {kind}", meant(word, words))
        return False

    def all_known(self, where: str, kind: str, found: list[str], words: Iterable[str]) -> None:
        for index, word in enumerate(found):
            self.known(f"{where}[{index}]", kind, word, words)

    def unique(self, where: str, key: str, values: Iterable[object]) -> None:
        seen: dict[object, int] = {}
        for index, value in enumerate(values):
            shown = (
                value if isinstance(value, str) else " ".join(map(str, value)) if isinstance(value, tuple) else value
            )
            if value in seen:
                first = f"{where}[{seen[value]}]"
                self.error(
                    f"{where}[{index}].{key}", f"'{shown}' is already at {first}", "rename or remove one of them"
                )
            seen.setdefault(value, index)

    def ports(self, where: str, text: str) -> tuple[PortRange, ...]:
        """The ranges of `text`; none where it cannot be read."""
        if text == "ephemeral":
            return ()
        try:
            ranges = parse_ranges(text)
        except ValueError as error:
            self.error(where, str(error), "write ports and ranges, such as 5004, 9000, 19560-65535")
            return ()
        if sum(map(len, merge_ranges(ranges))) < sum(map(len, ranges)):
            self.error(where, f"'{text}' names a port twice", "let no two ranges overlap")
        return ranges


def lint(catalog: Catalog, today: datetime.date | None = None) -> list[Problem]:
    """Every problem of `catalog`; with `today`, also a warning when its time of review has passed."""
    found = _Findings(catalog)
    _check_dates(found, catalog, today)
    _check_uniqueness(found, catalog)
    for where, row in _rows(catalog):
        _check_evidence(found, where, row, catalog.released)
        _check_required(found, where, row)
    for index, persona in enumerate(catalog.personas):
        _check_persona(found, f"personas[{index}]", persona)
    for index, subnets in enumerate(catalog.subnet_lists):
        _check_subnets(found, f"subnet_lists[{index}]", subnets)
    for index, port_row in enumerate(catalog.ports):
        _check_port_row(found, f"ports[{index}]", port_row)
    _check_names(found, catalog)
    for index, host in enumerate(catalog.hosts):
        _check_host(found, f"hosts[{index}]", host, catalog)
    _check_edges(found, catalog)
    _check_qos(found, catalog)
    for index, rule in enumerate(catalog.guidance):
        _check_limits(found, f"guidance[{index}]", rule)
    return found.problems


def lint_history(history: History, catalog: Catalog | None = None) -> list[Problem]:
    """Every problem of `history`; with the catalogue it belongs to, also sources that it does not know."""
    found = _Findings(catalog) if catalog else None
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for index, change in enumerate(history.changes):
        where = f"changes[{index}]"
        if change.id in seen:
            what = f"'{change.id}' is already at changes[{seen[change.id]}]"
            problems.append(Problem(where=f"{where}.id", what=what, fix="rename or remove one of them"))
        seen.setdefault(change.id, index)
        if change.effective and change.effective < change.date:
            what = f"{change.effective} is before the change was announced on {change.date}"
            problems.append(Problem(where=f"{where}.effective", what=what, fix="correct one of the two dates"))
        if found:
            _check_evidence(found, where, change, None)
    return problems + (found.problems if found else [])


def _rows(catalog: Catalog) -> Iterator[tuple[str, Row]]:
    """Every row with its key path."""
    for name in catalog.__struct_fields__:
        entries = getattr(catalog, name)
        if not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            where = f"{name}[{index}]"
            if isinstance(entry, Row):
                yield where, entry
            elif isinstance(entry, SubnetList):
                yield from ((f"{where}.subnets[{number}]", subnet) for number, subnet in enumerate(entry.subnets))


def _check_dates(found: _Findings, catalog: Catalog, today: datetime.date | None) -> None:
    if catalog.review_by < catalog.released:
        what = f"{catalog.review_by} is before the release on {catalog.released}"
        found.error("review_by", what, "give a day after `released`")
    elif today and catalog.review_by < today:
        what = f"the catalogue was to be reviewed by {catalog.review_by}"
        found.warning("review_by", what, "compare it with its sources, then set a new day")


def _check_uniqueness(found: _Findings, catalog: Catalog) -> None:
    for name in ("subnet_lists", "ports"):
        for index, entry in enumerate(getattr(catalog, name)):
            if not _ID.fullmatch(entry.id):
                what = f"'{entry.id}' cannot be part of a firewall's names"
                found.error(f"{name}[{index}].id", what, "use up to 20 letters, digits and hyphens")
    found.unique("sources", "key", (each.key for each in catalog.sources))
    for name in ("personas", "subnet_lists", "ports", "domains", "edge_groups", "qos", "guidance"):
        found.unique(name, "id", (each.id for each in getattr(catalog, name)))
    for name in ("domains", "exemptions"):
        found.unique(name, "domain", (each.domain for each in getattr(catalog, name)))
    for name in ("proxies", "inspections"):
        found.unique(name, "product", (each.product for each in getattr(catalog, name)))
    found.unique("hosts", "name", ((each.name, each.ports, each.path) for each in catalog.hosts))
    found.unique("edges", "name", ((each.name, each.use) for each in catalog.edges))
    found.unique("portal_probes", "url", (each.url for each in catalog.portal_probes))
    found.unique("revocation", "domain", ((each.domain, each.port) for each in catalog.revocation))


def _check_evidence(found: _Findings, where: str, row: Row, released: datetime.date | None) -> None:
    if not row.source.strip():
        found.error(f"{where}.source", "the row has no source", "name the key of the source that says so")
    else:
        found.known(f"{where}.source", "source", row.source, found.sources)
    if row.mark == "corrected" and not row.printed:
        found.error(
            f"{where}.printed", "a corrected row does not say what was printed", "add `printed`, or change `mark`"
        )
    if row.mark != "corrected" and row.printed is not None:
        what = f"something else was printed, yet the row is marked '{row.mark}'"
        found.error(f"{where}.printed", what, "mark the row as corrected, or remove `printed`")
    if released and row.date > released:
        what = f"{row.date} is after the catalogue's release on {released}"
        found.error(f"{where}.date", what, "correct the date, or `released`")


def _check_required(found: _Findings, where: str, row: Row) -> None:
    """What is only remembered or guessed is never the ground of a failure."""
    if row.mark != "unverified":
        return
    what = "an unverified row is required, and it may never be the ground of a failure"
    fix = "lower the level, or find a source"
    if isinstance(row, PortRow):
        for index, service in enumerate(row.services):
            if service.level == "required":
                found.error(f"{where}.services[{index}].level", what, fix)
    elif isinstance(row, Persona):
        for index, need in enumerate(row.needs):
            if need.level == "required":
                found.error(f"{where}.needs[{index}].level", what, fix)
    elif getattr(row, "level", None) == "required":
        found.error(f"{where}.level", what, fix)


def _check_persona(found: _Findings, where: str, persona: Persona) -> None:
    found.all_known(f"{where}.products", "product of the proxy or inspection table", persona.products, found.products)
    for index, need in enumerate(persona.needs):
        path = f"{where}.needs[{index}]"
        if need.source_ports:
            found.ports(f"{path}.source_ports", need.source_ports)
        if not found.known(f"{path}.row", "port row", need.row, found.rows):
            continue
        row = found.rows[need.row]
        if need.level == "required" and row.mark == "unverified":
            what = f"row {row.id} is unverified, and it may never be the ground of a failure"
            found.error(f"{path}.level", what, "lower the level, or find a source for the row")
        if need.ports:
            _check_within(found, f"{path}.ports", need.ports, row)


def _check_within(found: _Findings, where: str, text: str, row: PortRow) -> None:
    """Ports of `text` must be among the destination ports of `row`."""
    asked = found.ports(where, text)
    try:
        offered = [each for service in row.services for each in service.ranges]
    except ValueError:  # said at the row
        return
    outside = [each for each in merge_ranges(asked) if not any(_contains(one, each) for one in merge_ranges(offered))]
    if outside:
        listed = ", ".join(map(str, merge_ranges(offered))) or "none"
        found.error(where, f"{', '.join(map(str, outside))} is outside the ports of row {row.id}", f"it has {listed}")


def _contains(outer: PortRange, inner: PortRange) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _check_subnets(found: _Findings, where: str, subnets: SubnetList) -> None:
    if subnets.id in KEYWORDS:
        found.error(f"{where}.id", f"'{subnets.id}' has a meaning of its own as a destination", "rename the list")
    if not subnets.subnets:
        found.error(f"{where}.subnets", "the list is empty", "add its subnets, or remove the list")
    networks: list[tuple[Prefix, int]] = []
    for index, subnet in enumerate(subnets.subnets):
        path = f"{where}.subnets[{index}]"
        try:
            networks.append((read_prefix(subnet.prefix), index))
        except Fault as fault:
            found.error(f"{path}.prefix", fault.what, fault.fix)
        for number, host in enumerate(subnet.hosts):
            found.syntax(f"{path}.hosts[{number}]", check_name, host)
    _check_overlaps(found, where, networks)


def _check_overlaps(found: _Findings, where: str, networks: list[tuple[Prefix, int]]) -> None:
    """Sorted by address, then length: whatever overlaps lies inside the last one that was not itself inside another."""
    holder: Prefix | None = None
    at = 0
    order = sorted(
        networks, key=lambda each: (each[0].version, int(each[0].network_address), each[0].prefixlen, each[1])
    )
    for network, index in order:
        if holder and holder.version == network.version and network.network_address in holder:
            relation = "is the same as" if network == holder else "lies inside"
            what = f"{network} {relation} {holder} at {where}.subnets[{at}]"
            found.error(f"{where}.subnets[{index}].prefix", what, "remove one of them")
        else:
            holder, at = network, index


def _check_port_row(found: _Findings, where: str, row: PortRow) -> None:
    found.ports(f"{where}.source_ports", row.source_ports)
    if not row.protocols:
        found.error(f"{where}.protocols", "the row has no protocol", "write 'tcp', 'udp' or both")
    _check_list(found, f"{where}.destination", row.destination, KEYWORDS)
    if row.origin is not None:
        _check_list(found, f"{where}.origin", row.origin, ())
    if row.direction == "outbound" and row.origin is not None:
        found.error(f"{where}.origin", "an outbound row comes from this site", "remove `origin`")
    if row.direction == "outbound" and not row.services and row.destination in found.lists:
        found.error(f"{where}.services", "the row has no destination ports", "add the services behind those subnets")
    taken: list[PortRange] = []
    for index, service in enumerate(row.services):
        ranges = merge_ranges(found.ports(f"{where}.services[{index}].ports", service.ports))
        if any(one.first <= other.last and other.first <= one.last for one in ranges for other in taken):
            what = f"'{service.ports}' shares ports with another service of row {row.id}"
            found.error(f"{where}.services[{index}].ports", what, "let every port belong to one service")
        taken.extend(ranges)


def _check_list(found: _Findings, where: str, word: str, keywords: tuple[str, ...]) -> None:
    current = [each.id for each in found.lists.values() if each.current]
    if word in found.lists and word not in current:
        what = f"list '{word}' is kept only to recognise outdated allow-lists"
        found.error(where, what, f"name a current list: {', '.join(current)}")
    elif word not in keywords:
        found.known(where, "subnet list", word, [*current, *keywords])


def _check_names(found: _Findings, catalog: Catalog) -> None:
    for index, domain in enumerate(catalog.domains):
        found.syntax(f"domains[{index}].domain", check_domain, domain.domain)
        found.all_known(f"domains[{index}].personas", "persona", domain.personas, found.personas)
    for index, exemption in enumerate(catalog.exemptions):
        found.syntax(f"exemptions[{index}].domain", check_pattern, exemption.domain)
    for index, revocation in enumerate(catalog.revocation):
        found.syntax(f"revocation[{index}].domain", check_domain, revocation.domain)
        found.ports(f"revocation[{index}].port", str(revocation.port))
    for index, probe in enumerate(catalog.portal_probes):
        found.syntax(f"portal_probes[{index}].url", check_url, probe.url)
        if not 100 <= probe.status <= 599:
            found.error(f"portal_probes[{index}].status", f"{probe.status} is no HTTP status", "write 100 to 599")


def _check_host(found: _Findings, where: str, host: Host, catalog: Catalog) -> None:
    found.syntax(f"{where}.name", check_name, host.name)
    found.all_known(f"{where}.personas", "persona", host.personas, found.personas)
    if not host.path.startswith("/"):
        found.error(f"{where}.path", f"'{host.path}' does not begin with a slash", f"write /{host.path}")
    if host.row is None:
        found.ports(f"{where}.ports", host.ports)
    elif found.known(f"{where}.row", "port row", host.row, found.rows):
        _check_within(found, f"{where}.ports", host.ports, found.rows[host.row])
    named = (covers(domain.domain.lower(), host.name.lower()) for domain in catalog.domains)
    vendor = host.row in found.rows and found.rows[host.row].destination == "vendor"
    if host.level != "informational" and not vendor and not any(named):
        what = f"'{host.name}' falls under no domain row"
        found.warning(f"{where}.name", what, "add the domain, or a filter made from the domain rows blocks the host")


def _check_edges(found: _Findings, catalog: Catalog) -> None:
    for index, group in enumerate(catalog.edge_groups):
        where = f"edge_groups[{index}]"
        if not 0 <= group.first <= group.last <= HIGHEST_EDGE:
            what = f"the hosts are numbered from {group.first} to {group.last}"
            found.error(f"{where}.first", what, f"write 0 to {HIGHEST_EDGE}, `first` not above `last`")
        if not group.prefixes:
            found.error(f"{where}.prefixes", "the group has no prefix", "write what its names begin with")
        for number, prefix in enumerate(group.prefixes):
            if not _PREFIX.fullmatch(prefix):
                what = f"'{prefix}' cannot begin a host name"
                found.error(f"{where}.prefixes[{number}]", what, "write small letters and digits, without the number")
        found.syntax(f"{where}.domain", check_name, group.domain)
        found.ports(f"{where}.port", str(group.port))
    for index, edge in enumerate(catalog.edges):
        found.syntax(f"edges[{index}].name", check_name, edge.name)
        found.ports(f"edges[{index}].ports", edge.ports)


def _check_qos(found: _Findings, catalog: Catalog) -> None:
    for index, qos in enumerate(catalog.qos):
        where = f"qos[{index}]"
        found.all_known(f"{where}.personas", "persona", qos.personas, found.personas)
        found.ports(f"{where}.source_ports", qos.source_ports)
        found.ports(f"{where}.ports", qos.ports)
        kinds = qos.traffic.count(" and ") + 1
        if len(qos.dscp) != kinds:
            what = f"the list has {len(qos.dscp)} code points, and '{qos.traffic}' takes {kinds}"
            found.error(f"{where}.dscp", what, "write one for each kind of traffic, in that order")


def _check_limits(found: _Findings, where: str, rule: Guidance) -> None:
    for index, limit in enumerate(rule.limits):
        path = f"{where}.limits[{index}]"
        if not math.isfinite(limit.good) or not math.isfinite(limit.poor or 0.0):
            found.error(
                path, f"a bound of '{limit.metric}' is not a finite number", "write a number, or leave `poor` out"
            )
        elif limit.poor is not None and (limit.poor - limit.good) * (1 if limit.better == "lower" else -1) < 0:
            what = f"poor {limit.poor:g} is better than good {limit.good:g} where {limit.better} is better"
            found.error(f"{path}.poor", what, "exchange the two, or correct `better`")
    found.unique(f"{where}.limits", "metric", (limit.metric for limit in rule.limits))
