"""What the bed's cloud carries: names, addresses and the answers its pages give, all from the catalogue."""

from __future__ import annotations

import dataclasses
import ipaddress

from catalog.model import Catalog, PortalProbe
from catalog.ranges import PortRange, parse_ranges
from probe.lab.addresses import logical, prefixes, srv_ports


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cloud:
    names: dict[str, str]
    services: dict[str, int]
    """Port of `_sips._tcp` below each edge name."""
    edges: list[str]
    """Addresses of the signalling edge."""
    stun: list[str]
    stun_ports: list[int]
    ntp: list[str]
    prefixes: list[ipaddress.IPv4Network]
    apexes: list[str]
    """Registered domains, which no wildcard covers."""
    portal_probes: list[PortalProbe]


def _ports(ranges: tuple[PortRange, ...]) -> list[int]:
    return [port for each in ranges for port in each]


def cloud_of(catalog: Catalog) -> Cloud:
    names = logical(catalog)
    stun = [edge for edge in catalog.edges if edge.use == "stun"]
    return Cloud(
        names=names,
        services=srv_ports(catalog),
        edges=sorted({names[name] for group in catalog.edge_groups for name in group.names}),
        stun=list(dict.fromkeys(names[edge.name] for edge in stun)),
        stun_ports=sorted({port for edge in stun for port in _ports(parse_ranges(edge.ports))}),
        ntp=list(dict.fromkeys(names[edge.name] for edge in catalog.edges if edge.use == "ntp")),
        prefixes=prefixes(catalog),
        apexes=[domain.domain.removeprefix("*.") for domain in catalog.domains],
        portal_probes=list(catalog.portal_probes),
    )
