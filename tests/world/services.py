"""Who answers what in the cloud: every name and port of the catalogue, from the same codecs as the real thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from catalog.model import Catalog
from catalog.ranges import parse_ranges
from probe.lab.addresses import logical, srv_ports
from probe.model.address import Endpoint
from probe.wire import dns_server, dns_stream, ntp, sip, sip_exchange, stun
from probe.wire.dns import Record
from probe.wire.error import WireError
from probe.wire.sip_reader import Reader

from .loop import VirtualClock
from .scenario import Resolver, Scenario

RESPONDER = "198.51.100.7"
_NEARBY = 0.003

Session = Callable[[bytes], list[bytes]]
"""The far end of a stream: what it sends for what it gets."""


class Cloud:
    """Looks up who listens where; `names` by address."""

    def __init__(self, catalog: Catalog, scenario: Scenario, clock: VirtualClock) -> None:
        self._scenario = scenario
        self._clock = clock
        self._addresses = logical(catalog)
        self._sips = srv_ports(catalog)
        self._resolvers = {each.address: each for each in scenario.site.resolvers}
        self._tcp: dict[tuple[str, int], str] = {}
        self._udp: dict[tuple[str, int], str] = {}
        self.names: dict[str, set[str]] = defaultdict(set)
        for name, address in self._addresses.items():
            self.names[address].add(name)
        for group in catalog.edge_groups:
            for name in group.names:
                use = "sip-tls" if group.trunk == "registration" else "sip-mtls"
                self._tcp[self._addresses[name], group.port] = use
        for host in catalog.hosts:
            for port in (port for each in parse_ranges(host.ports) for port in each):
                self._tcp[self._addresses[host.name], port] = host.use
                self._udp[self._addresses[host.name], port] = "quic"
        for edge in catalog.edges:
            for port in (port for each in parse_ranges(edge.ports) for port in each):
                self._udp[self._addresses[edge.name], port] = edge.use
        for address in self._resolvers:
            self._tcp[address, 53] = self._udp[address, 53] = "dns"

    def exists(self, address: str) -> bool:
        return address in self.names or address in self._resolvers

    def stream(self, to: Endpoint) -> str | None:
        """What is spoken on a TCP port; None: nobody listens."""
        return self._tcp.get((to.address, to.port))

    def speaks_quic(self, to: Endpoint) -> bool:
        return self._udp.get((to.address, to.port)) == "quic"

    def round_trip(self, address: str) -> float:
        """Seconds to somebody and back, and what he takes to think. The resolvers are nearby."""
        resolver = self._resolvers.get(address)
        return _NEARBY + resolver.delay if resolver is not None else self._scenario.site.round_trip

    def datagram(self, data: bytes, source: Endpoint, to: Endpoint) -> bytes | None:
        """The answer to a datagram; None: silence."""
        use = "stun" if to.address == RESPONDER and self._scenario.site.media else self._udp.get((to.address, to.port))
        try:
            if use == "stun":
                answer = stun.answer_binding(stun.parse(data), source.address, source.port, "world")
                return bytes(answer) if answer is not None else None
            if use == "ntp":
                now = self._clock.true()
                return ntp.reply(data, receive_time=now, transmit_time=now)
            if use == "dns":
                return self._resolve(data, self._resolvers[to.address], truncate_at=512)
        except WireError:
            return None
        return None

    def listens(self, to: Endpoint) -> bool:
        return (to.address, to.port) in self._udp or (to.address == RESPONDER and self._scenario.site.media)

    def session(self, to: Endpoint) -> Session:
        """Of a plain stream."""
        return self._dns_session(to) if self.stream(to) == "dns" else lambda _: []

    def sip_session(self, source: Endpoint) -> Session:
        """Inside TLS on a signalling port."""
        reader = Reader(peer="client")

        def respond(data: bytes) -> list[bytes]:
            asked = [each for each in reader.receive(data) if isinstance(each, sip.Request)]
            return [
                bytes(sip_exchange.respond(each, 200, "OK", to_tag="w", source=(source.address, source.port)))
                for each in asked
            ]

        return respond

    def _dns_session(self, to: Endpoint) -> Session:
        reader = dns_stream.Reader()
        resolver = self._resolvers[to.address]
        return lambda data: [dns_stream.frame(self._resolve(each, resolver)) for each in reader.receive(data)]

    def _resolve(self, data: bytes, resolver: Resolver, truncate_at: int | None = None) -> bytes:
        if resolver.rcode != "NOERROR":
            return dns_server.respond(data, rcode=resolver.rcode)
        asked = dns_server.parse_query(data).question
        records = []
        if asked.type == "SRV" and (host := asked.name.removeprefix("_sips._tcp.")) in self._sips:
            target = f"5 50 {self._sips[host]} {host}."
            records = [Record(name=asked.name, type="SRV", ttl=60, data=target)]
        elif asked.name not in self._addresses:
            return dns_server.respond(data, rcode="NXDOMAIN")
        elif asked.type == "A":
            records = [Record(name=asked.name, type="A", ttl=60, data=self._addresses[asked.name])]
        return dns_server.respond(data, records, truncate_at=truncate_at)
