"""The demands of a persona: its port rows and its domain rows, each with whom to contact for it."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Catalog, Domain, Level, Need, Persona, PortRow, Service
from catalog.ranges import PortRange, parse_ranges, write_ranges
from probe.model.address import Target
from probe.model.demand import Contact, Demand
from probe.model.plan import Rule, Skipped
from probe.site import Site

from .contacts import Chosen, Directory
from .known import Known

_ORDER: dict[Level, int] = {"required": 0, "recommended": 1, "informational": 2}
_TRAFFIC = {"sip-tls": "signalling", "sip-mtls": "signalling", "audio": "audio", "video": "video", "srtp": "audio"}


def demands(catalog: Catalog, site: Site, persona: Persona, directory: Directory) -> Iterator[Demand | Skipped]:
    """In the order of the catalogue: port rows, then domains."""
    rows = {each.id: each for each in catalog.ports}
    for need in persona.needs:
        yield from _port_row(catalog, site, persona, need, rows[need.row], directory)
    for domain in catalog.domains:
        if persona.id in domain.personas:
            yield from _domain(persona, domain, directory)


def _port_row(
    catalog: Catalog, site: Site, persona: Persona, need: Need, row: PortRow, directory: Directory
) -> Iterator[Demand | Skipped]:
    if row.direction == "inbound":
        reason = "only the cloud can open it: nothing on this side can show it"
        yield Skipped(kind="inbound", target=Target(host=row.client), row=row.id, reason=reason)
        return
    facets = [(each, ports) for each in row.services if (ports := _asked(each, need))]
    several = len([each for each in row.services if not each.condition]) > 1
    for service, ports in facets:
        facet = f"{row.id}/{ports.replace(' ', '')}" if several or service.condition else row.id
        with_time_server = service.use == "ntp" and row.destination == "host-defined" and site.time_servers
        if service.condition and facet not in site.include and not with_time_server:
            target = Target(host=row.destination, protocol=row.protocols[0])
            yield Skipped(kind=service.use, target=target, row=facet, reason=f"applies only where {service.condition}")
            continue
        narrowed = Service(use=service.use, ports=ports, level=service.level)
        for protocol in row.protocols:
            for suffix, chosen in directory.find(row, narrowed, persona.id, protocol):
                yield _demand(catalog, persona, need, row, narrowed, protocol, facet, suffix, chosen)


def _asked(service: Service, need: Need) -> str:
    """The service's ports, narrowed to those that the need names."""
    if need.ports is None:
        return service.ports
    wanted = parse_ranges(need.ports)
    kept = [
        PortRange(max(a.first, b.first), min(a.last, b.last))
        for a in service.ranges
        for b in wanted
        if a.first <= b.last and b.first <= a.last
    ]
    return write_ranges(kept)


def _demand(
    catalog: Catalog,
    persona: Persona,
    need: Need,
    row: PortRow,
    service: Service,
    protocol: str,
    facet: str,
    suffix: str,
    chosen: Chosen,
) -> Demand:
    several_protocols = len(row.protocols) > 1
    ports = suffix if suffix.isdecimal() else service.ports
    if suffix.isdecimal():
        identity = f"{row.id}/{suffix}"
    else:
        identity = "/".join(filter(None, (facet, protocol if several_protocols else "", suffix)))
    source = need.source_ports or row.source_ports
    lists = {each.id: each for each in catalog.subnet_lists}
    prefixes = tuple(s.prefix for s in lists[row.destination].subnets) if row.destination in lists else ()
    return Demand(
        id=identity,
        row=row.id,
        persona=persona.id,
        level=max(need.level, service.level, key=_ORDER.__getitem__),
        title=f"{row.purpose}: {protocol.upper()} {ports}",
        use=service.use,
        protocol=protocol,
        ports=ports,
        source_ports=source,
        destination=row.destination,
        prefixes=prefixes,
        dscp=_dscp(catalog, persona, service, ports),
        contacts=chosen.contacts,
        rule=chosen.rule,
        unmeasured=chosen.unmeasured,
    )


def _dscp(catalog: Catalog, persona: Persona, service: Service, ports: str) -> int:
    """The code point that this persona marks this traffic with; 0 where none is documented."""
    traffic = _TRAFFIC.get(service.use)
    first = parse_ranges(ports)[0].first
    for row in catalog.qos:
        if persona.id in row.personas and traffic and any(first in each for each in parse_ranges(row.ports)):
            words = row.traffic.split(" and ")
            if traffic in words:
                return row.dscp[words.index(traffic)]
    return 0


def _domain(persona: Persona, domain: Domain, directory: Directory) -> Iterator[Demand | Skipped]:
    hosts = [
        each
        for each in directory.hosts
        if directory.domain_of(each.name) == domain.id
        and each.serves(persona.id)
        and each.use == "https"
        and each.has(443)
        and directory.in_region(each)
    ]
    if not hosts:
        reason = "no host name below it is published; name one in the site file to have it tested"
        yield Skipped(kind="https", target=Target(host=domain.domain), row=domain.id, reason=reason)
        return
    anywhere = [each for each in hosts if each.region is None]
    regional = [each for each in hosts if each.region is not None and not each.rows]
    for level in _ORDER:
        group = [each for each in anywhere if each.level == level]
        if group:
            suffix = "" if level == "required" else level
            yield _web(persona, domain, level, suffix, group, "every")
    for level in _ORDER:
        group = [each for each in regional if each.level == level]
        if group:
            yield _web(persona, domain, level, "regional" if anywhere else "", group, "any")


def _web(persona: Persona, domain: Domain, level: Level, suffix: str, hosts: list[Known], rule: Rule) -> Demand:
    return Demand(
        id="/".join(filter(None, (domain.id, suffix))),
        row=domain.id,
        persona=persona.id,
        level=max(level, domain.level, key=_ORDER.__getitem__),
        title=f"{domain.domain}: {domain.purpose}",
        use="https",
        protocol="tcp",
        ports="443",
        source_ports="ephemeral",
        destination=domain.domain,
        prefixes=(),
        dscp=0,
        contacts=tuple(
            Contact(
                host=each.name,
                port=443,
                way=each.region or each.name,
                conclusive=each.conclusive,
                path=each.path,
                websocket=each.websocket,
            )
            for each in hosts
        ),
        rule=rule,
    )
