"""Whom to contact for one service of one row: chosen by region, depth and seed."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import msgspec

from catalog.model import Catalog, PortRow, Service
from catalog.ranges import parse_ranges
from probe.checks.tcp_range import WIDE
from probe.model.demand import Contact
from probe.model.plan import Rule
from probe.site import Site

from . import known
from .known import Known
from .options import HOSTS_PER_WAY, Options


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    contacts: tuple[Contact, ...]
    rule: Rule = "any"
    unmeasured: str | None = None


class Directory:
    """The catalogue's and the site's hosts, looked up by what a row needs."""

    def __init__(self, catalog: Catalog, site: Site, options: Options) -> None:
        self._options = options
        self._site = site
        self._regions = options.regions or tuple(site.regions)
        self.hosts = known.hosts(catalog, site)
        self._domains = {each.name: _domain_of(catalog, each.name) for each in self.hosts}
        self._signalling = known.signalling(catalog, site)
        self._edges = known.answering_strangers(catalog)

    def find(self, row: PortRow, service: Service, persona: str, protocol: str) -> list[tuple[str, Chosen]]:
        """Pairs of a suffix for the requirement's id and the contacts."""
        if service.use in {"sip-tls", "sip-mtls"} and row.destination != "pstn-gateway":
            serving = [each for each in self._signalling if each.use == service.use]
            # A gateway has one edge host of its own: that another one works is no use to it.
            own = [each for each in serving if row.id in each.rows]
            return [("", self._by_region(own or [each for each in serving if not each.rows], service))]
        if service.use == "stun" or (service.use == "ntp" and row.destination != "host-defined"):
            return self._per_port([each for each in self._edges if each.use == service.use], service)
        if service.use == "ntp":
            return [("", self._time_servers(service))]
        if service.use == "dns":
            return [("", self._resolvers())]
        if service.use in {"audio", "video", "srtp"}:
            return [("", self._far_ends(service, protocol))]
        return self._hosts(row, service, persona)

    def domain_of(self, host: str) -> str | None:
        """Id of the domain row that a host falls under; the most specific of several."""
        return self._domains.get(host)

    def in_region(self, each: Known) -> bool:
        return each.region is None or not self._regions or each.region in self._regions

    def _by_region(self, candidates: list[Known], service: Service) -> Chosen:
        """One way per region. Where a region has nobody whose silence would mean something, all regions are asked."""
        nearby = [each for each in candidates if self.in_region(each)]
        if not any(each.conclusive for each in nearby):
            nearby = candidates
        port = parse_ranges(service.ports)[0].first
        ways: dict[str, list[Known]] = defaultdict(list)
        for each in nearby:
            ways[each.region or each.name].append(each)
        contacts = []
        for way, everybody in ways.items():
            # A way's silence must mean something: whoever is not known to answer has no say where somebody is.
            members = [each for each in everybody if each.conclusive] or everybody
            for each in self._draw(members, way):
                contacts.append(_contact(each, port, way))
        return Chosen(contacts=tuple(contacts), unmeasured=None if contacts else "no host name for it is published")

    def _per_port(self, candidates: list[Known], service: Service) -> list[tuple[str, Chosen]]:
        chosen = []
        ports = [port for each in parse_ranges(service.ports) for port in each]
        for port in ports:
            single = msgspec.structs.replace(service, ports=str(port))
            serving = [each for each in candidates if each.has(port)]
            chosen.append((str(port) if len(ports) > 1 else "", self._by_region(serving, single)))
        return chosen

    def _draw(self, members: list[Known], way: str) -> list[Known]:
        count = HOSTS_PER_WAY[self._options.depth]
        if len(members) <= count:
            return members
        drawn = members.copy()
        # Two data centres rather than two hosts of one: names differ in their prefix.
        random = Random(f"{self._options.seed} {way}")
        random.shuffle(drawn)
        first = drawn[0]
        rest = sorted(drawn[1:], key=lambda each: each.name[:2] == first.name[:2])
        return [first, *rest][:count]

    def _time_servers(self, service: Service) -> Chosen:
        port = parse_ranges(service.ports)[0].first
        contacts = tuple(Contact(host=each, port=port, way=each) for each in self._site.time_servers)
        return Chosen(
            contacts=contacts, rule="redundant", unmeasured=None if contacts else "the site file names no time server"
        )

    def _resolvers(self) -> Chosen:
        sure = [each for each in self._signalling if each.conclusive and self.in_region(each)] or self._signalling
        name = sure[0].name
        contacts = tuple(
            Contact(host=each.address, port=each.port, way=each.address, path=f"{name} _sips._tcp.{name}")
            for each in self._options.resolvers
        )
        return Chosen(
            contacts=contacts,
            rule="redundant",
            unmeasured=None if contacts else "this machine has no resolver configured",
        )

    def _far_ends(self, service: Service, protocol: str) -> Chosen:
        port = parse_ranges(service.ports)[0].first
        contacts = tuple(
            Contact(host=each, port=port, way=each) for each in self._options.answering if protocol == "udp"
        )
        reason = "its addresses answer no strangers: only a responder at the far end, or an egress proof, can show it"
        return Chosen(contacts=contacts, unmeasured=None if contacts else reason)

    def _hosts(self, row: PortRow, service: Service, persona: str) -> list[tuple[str, Chosen]]:
        ports = [port for each in parse_ranges(service.ports) for port in each]
        mine = [
            each
            for each in self.hosts
            if (row.id in each.rows or row.destination == "urls")
            and each.use == service.use
            and each.serves(persona)
            and any(map(each.has, ports))
            and self.in_region(each)
        ]
        wanted = {"required": {"required"}, "recommended": {"required", "recommended"}}.get(service.level)
        mine = [each for each in mine if wanted is None or each.level in wanted or self._options.depth == "deep"]
        if not mine:
            return [("", Chosen(contacts=(), unmeasured="no host name for it is published"))]
        if len(ports) > WIDE:
            return [("", Chosen(contacts=tuple(_contact(each, ports[0], each.name) for each in mine), rule="every"))]
        if len(ports) > 1:
            by_port = tuple(_contact(each, port, str(port)) for port in ports for each in mine if each.has(port))
            return [("", Chosen(contacts=by_port, rule="every"))]
        anywhere = tuple(_contact(each, ports[0], each.name) for each in mine if each.region is None)
        regional = tuple(_contact(each, ports[0], each.region) for each in mine if each.region is not None)
        chosen = []
        if anywhere:
            chosen.append(("", Chosen(contacts=anywhere, rule="every")))
        if regional:
            chosen.append(("regional" if anywhere else "", Chosen(contacts=regional)))
        return chosen


def _domain_of(catalog: Catalog, name: str) -> str | None:
    matching = [each for each in catalog.domains if _covers(each.domain, name)]
    return max(matching, key=lambda each: len(each.domain)).id if matching else None


def _covers(pattern: str, name: str) -> bool:
    """A leading `*.` means the domain itself and all below it."""
    base = pattern.removeprefix("*.")
    return name == base or (pattern.startswith("*.") and name.endswith("." + base))


def _contact(each: Known, port: int, way: str) -> Contact:
    return Contact(
        host=each.name, port=port, way=way, conclusive=each.conclusive, path=each.path, websocket=each.websocket
    )
