"""Everything that can be asked, from the catalogue and from the site, in one form."""

from __future__ import annotations

import msgspec

from catalog.model import Catalog, Level, Region, Use
from catalog.ranges import PortRange, parse_ranges
from probe.site import Site


class Known(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    ports: tuple[PortRange, ...]
    use: Use
    rows: tuple[str, ...]
    personas: tuple[str, ...]
    """Empty: all."""
    level: Level
    region: Region | None
    path: str = "/"
    websocket: bool = False
    conclusive: bool

    def serves(self, persona: str) -> bool:
        return not self.personas or persona in self.personas

    def has(self, port: int) -> bool:
        return any(port in each for each in self.ports)


def hosts(catalog: Catalog, site: Site) -> list[Known]:
    """Named hosts of the catalogue and of the site."""
    found = [
        Known(
            name=each.name,
            ports=parse_ranges(each.ports),
            use=each.use,
            rows=(each.row,) if each.row else (),
            personas=tuple(each.personas) or ("",),
            level=each.level,
            region=each.region,
            path=each.path,
            websocket=each.websocket,
            conclusive=each.mark != "unverified",
        )
        for each in catalog.hosts
    ]
    found += [
        Known(
            name=each.name,
            ports=parse_ranges(each.ports),
            use=each.use,
            rows=(each.row,) if each.row else (),
            personas=tuple(each.personas),
            level=each.level,
            region=None,
            path=each.path,
            conclusive=True,
        )
        for each in site.hosts
    ]
    return found


def signalling(catalog: Catalog, site: Site) -> list[Known]:
    """Edge hosts; those that the site names for its gateways carry the row of gateways."""
    found = [
        Known(
            name=each.host,
            ports=(PortRange(port, port),),
            use="sip-tls" if each.trunk == "registration" else "sip-mtls",
            rows=("P1a",),
            personas=(),
            level="required",
            region=None,
            conclusive=True,
        )
        for each in site.edges
        for port in [each.port or (8934 if each.trunk == "registration" else 5062)]
    ]
    for group in catalog.edge_groups:
        found += [
            Known(
                name=name,
                ports=(PortRange(group.port, group.port),),
                use="sip-tls" if group.trunk == "registration" else "sip-mtls",
                rows=(),
                personas=(),
                level="required",
                region=group.region,
                conclusive=group.mark != "unverified",
            )
            for name in group.names
        ]
    return found


def answering_strangers(catalog: Catalog) -> list[Known]:
    """STUN and time servers."""
    return [
        Known(
            name=each.name,
            ports=parse_ranges(each.ports),
            use=each.use,
            rows=(),
            personas=(),
            level="required",
            region=each.region,
            conclusive=each.mark != "unverified",
        )
        for each in catalog.edges
    ]
