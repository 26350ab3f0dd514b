"""Which service stands at which logical address and port, from the catalogue and from the site's own hosts."""

from __future__ import annotations

import ipaddress
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from catalog.model import Catalog, Use
from catalog.ranges import PortRange, merge_ranges, parse_ranges
from probe.model.address import Endpoint, is_address
from probe.planning import known
from probe.planning.known import Known
from probe.site import Site

from . import addresses

Protocol = Literal["tcp", "udp"]
Service = Literal["dns", "http", "web", "sip", "mutual-sip", "mute", "stun", "ntp", "http3"]
"""`web` is HTTPS with WebSocket; `mute` accepts a connection and says nothing; `stun` also echoes what is not STUN."""

RESOLVER = Endpoint("192.0.2.53", 53)
"""RFC 5737: an address for documentation."""
_SITE = ipaddress.IPv4Network("198.51.100.0/24")

_BY_USE: dict[Use, tuple[Protocol, Service]] = {
    "sip-tls": ("tcp", "sip"),
    "sip-mtls": ("tcp", "mutual-sip"),
    "https": ("tcp", "web"),
    "tls": ("tcp", "web"),
    "push": ("tcp", "web"),
    "http": ("tcp", "http"),
    "sip": ("tcp", "mute"),
    "turn": ("tcp", "mute"),
    "stun": ("udp", "stun"),
    "ntp": ("udp", "ntp"),
}
_MEDIA: frozenset[Use] = frozenset({"audio", "video", "srtp"})


class _Stand(msgspec.Struct, frozen=True):
    protocol: Protocol
    ports: tuple[PortRange, ...]
    service: Service


class Places:
    """Looked up by logical endpoint. `names` holds the logical address of every name."""

    def __init__(self, catalog: Catalog, site: Site) -> None:
        self.names = names(catalog, site)
        self.answering = answering(catalog)
        self._stands: dict[str, list[_Stand]] = defaultdict(list)
        everything = [
            *known.hosts(catalog, site),
            *known.signalling(catalog, site),
            *known.answering_strangers(catalog),
            *_time_servers(site),
        ]
        for each in everything:
            if each.use in _BY_USE:
                self._put(each.name, *_BY_USE[each.use], each.ports)
        for name in [each.name for each in everything if each.use in {"https", "http"}] + list(_pages(catalog)):
            self._put(name, "tcp", "web", _only(443))
            self._put(name, "udp", "http3", _only(443))
            self._put(name, "tcp", "http", _only(80))
        for name in self.answering:
            self._put(name, "udp", "stun", media_ports(catalog))
        self._stands[RESOLVER.address] += [_Stand(each, _only(53), "dns") for each in ("udp", "tcp")]

    def _put(self, name: str, protocol: Protocol, service: Service, ports: tuple[PortRange, ...]) -> None:
        self._stands[self.names[name]].append(_Stand(protocol, ports, service))

    def service(self, protocol: Protocol, to: Endpoint) -> Service | None:
        """None: nothing is there."""
        for stand in self._stands.get(to.address, ()):
            if stand.protocol == protocol and any(to.port in each for each in stand.ports):
                return stand.service
        return None

    def services(self, protocol: Protocol) -> set[Service]:
        return {s.service for stands in self._stands.values() for s in stands if s.protocol == protocol}


def names(catalog: Catalog, site: Site) -> Mapping[str, str]:
    """Logical address of every name of the catalogue and of the site; an address stands for itself."""
    named = addresses.logical(catalog)
    pool = itertools.cycle(str(each) for each in _SITE.hosts())
    own = (*(e.host for e in site.edges), *(h.name for h in site.hosts), *site.time_servers)
    for name in own:
        if name not in named:
            named[name] = name if is_address(name) else next(pool)
    return named


def answering(catalog: Catalog) -> tuple[str, ...]:
    """The host that answers on the media ranges: the first published STUN server."""
    strangers = [each for each in catalog.edges if each.use == "stun"]
    strangers.sort(key=lambda each: each.mark == "unverified")
    return tuple(each.name for each in strangers[:1])


def media_ports(catalog: Catalog) -> tuple[PortRange, ...]:
    """Every UDP port that some row sends media to."""
    return merge_ranges(
        each
        for row in catalog.ports
        if row.direction == "outbound" and "udp" in row.protocols
        for service in row.services
        if service.use in _MEDIA
        for each in service.ranges
    )


def fixed_source_ports(catalog: Catalog) -> set[int]:
    """Ports that clients must send from and have little choice in: the twin keeps its own sockets off them."""
    return {port for each in _source_ranges(catalog) if len(each) <= 200 for port in each}


def time_source_ports(catalog: Catalog) -> tuple[PortRange, ...]:
    """Source ports of the rows that ask for the time."""
    return merge_ranges(
        each
        for row in catalog.ports
        if row.source_ports != "ephemeral" and any(service.use == "ntp" for service in row.services)
        for each in parse_ranges(row.source_ports)
    )


def _source_ranges(catalog: Catalog) -> Iterable[PortRange]:
    for row in catalog.ports:
        if row.direction == "outbound" and row.source_ports != "ephemeral":
            yield from parse_ranges(row.source_ports)


def _pages(catalog: Catalog) -> Iterable[str]:
    for domain in catalog.domains:
        yield domain.domain.removeprefix("*.")
    for probe in catalog.portal_probes:
        yield urlsplit(probe.url).hostname or ""
    for each in catalog.revocation:
        yield each.domain.removeprefix("*.")


def _time_servers(site: Site) -> list[Known]:
    return [
        Known(
            name=name, ports=_only(123), use="ntp", rows=(), personas=(), level="required", region=None, conclusive=True
        )
        for name in site.time_servers
    ]


def _only(port: int) -> tuple[PortRange, ...]:
    return (PortRange(port, port),)
