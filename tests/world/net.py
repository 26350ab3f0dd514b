"""`probe.ports.Net` in memory: hosts from the catalogue, a firewall, delay and loss from the scenario."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from urllib.parse import urlsplit

from catalog.model import Catalog
from catalog.ranges import PortRange
from probe.model.address import Endpoint
from probe.model.evidence import HttpEvidence, QuicEvidence, TlsEvidence
from probe.model.failure import Failure, FailureKind
from probe.net.classify import from_icmp
from probe.ports import (
    Bound,
    Datagrams,
    HopProbes,
    HttpReply,
    HttpRequest,
    NetFailure,
    SourcePorts,
    Stream,
    TlsStream,
    Waits,
)

from . import certificates
from .firewall import ADDRESS_IN_USE, NO_ROUTE, REFUSED, Firewall
from .loop import VirtualClock
from .scenario import Scenario, within
from .services import Cloud
from .streams import WorldDatagrams, WorldStream, WorldTlsStream

_HERE = "192.168.1.20"
_EPHEMERAL = (PortRange(32768, 60999),)
_NEAR = 0.002
"""Seconds to the gateway and back."""
_RETRANSMIT = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Waits of a lost SYN (RFC 6298 §2, doubling)."""
_RECOVER = 0.2
"""Seconds that a lost segment of a connection costs."""


class WorldNet:
    def __init__(self, catalog: Catalog, scenario: Scenario, clock: VirtualClock, seed: int) -> None:
        self._scenario = scenario
        self._site = scenario.site
        self._clock = clock
        self._random = Random(seed)
        self._cloud = Cloud(catalog, scenario, clock)
        self._firewall = Firewall(scenario.site, self._cloud.names)
        self._held: set[tuple[str, int]] = set()
        self._released = asyncio.Event()
        self.most_held = 0

    def name_servers(self) -> Sequence[Endpoint]:
        return self._scenario.resolvers

    def versions(self) -> Sequence[int]:
        return [4] if self._site.route else []

    async def connect(
        self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0, bound: Bound | None = None
    ) -> Stream:
        port = await self._local_port("tcp", source_ports)
        release = self._releasing("tcp", port)
        try:
            if bound is not None:
                bound()
            await self._establish(port, to)
        except BaseException:
            release()
            raise
        return WorldStream(Endpoint(_HERE, port), to, self._cloud.session(to), self._trip(to), release)

    async def hop_probes(self, version: int, *, source_ports: SourcePorts = None) -> HopProbes:
        raise NetFailure(Failure(kind=FailureKind.UNSUPPORTED, detail="this world has no routers"))

    async def connect_each(self, to: Sequence[Endpoint], *, waits: Waits, at_once: int) -> list[float | Failure]:
        gate = asyncio.Semaphore(at_once)

        async def one(each: Endpoint) -> float | Failure:
            async with gate:
                for wait in (waits.quick, waits.patient):
                    began = self._clock.now()
                    try:
                        async with asyncio.timeout(wait):
                            (await self.connect(each)).close()
                    except TimeoutError:
                        continue
                    except NetFailure as error:
                        return error.failure
                    return self._clock.now() - began
            return Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {wait:.1f} s")

        return await asyncio.gather(*map(one, to))

    async def secure(self, stream: Stream, *, server_name: str, alpn: Sequence[str] = ()) -> TlsStream:
        assert isinstance(stream, WorldStream)
        evidence = await self._handshake(stream.remote, server_name)
        return WorldTlsStream(stream, self._cloud.sip_session(stream.local), evidence)

    async def datagrams(self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0) -> Datagrams:
        if not self._site.route:
            raise NetFailure(NO_ROUTE)
        port = await self._local_port("udp", source_ports)
        local = Endpoint(_HERE, port)

        def carry(data: bytes, deliver: Callable[[bytes | NetFailure], None]) -> None:
            self._carry(data, local, to, deliver)

        return WorldDatagrams(local, to, carry, self._releasing("udp", port))

    async def fetch(self, request: HttpRequest) -> HttpReply:
        began = self._clock.now()
        stream = await self.connect(request.to)
        try:
            url = urlsplit(request.url)
            tls = await self._handshake(request.to, url.hostname or "") if url.scheme == "https" else None
            connected = self._clock.now()
            await asyncio.sleep(self._trip(request.to)())
        finally:
            stream.close()
        http = HttpEvidence(url=request.url, status=200, version="1.1", websocket=False if request.websocket else None)
        return HttpReply(http=http, tls=tls, connect_time=connected - began, request_time=self._clock.now() - connected)

    async def fetch_quic(self, request: HttpRequest) -> QuicEvidence:
        port = await self._local_port("udp", None)
        try:
            fate = self._firewall.outbound("udp", port, request.to)
            answered = self._cloud.speaks_quic(request.to) and self._firewall.inbound("udp", port, request.to)
            if fate == "drop" or not answered:
                await _for_ever()
            if isinstance(fate, Failure):
                raise NetFailure(fate)
            await asyncio.sleep(2 * self._trip(request.to)())
        finally:
            self._releasing("udp", port)()
        return QuicEvidence(alpn="h3", status=200)

    async def _establish(self, port: int, to: Endpoint) -> None:
        if not self._site.route:
            raise NetFailure(NO_ROUTE)
        fate = self._firewall.outbound("tcp", port, to)
        if isinstance(fate, Failure):
            await asyncio.sleep(0.0 if fate.kind.local else _NEAR)
            raise NetFailure(fate)
        if fate == "drop" or not self._cloud.exists(to.address) or not self._firewall.inbound("tcp", port, to):
            await _for_ever()
        for wait in _RETRANSMIT:
            if not self._lost() and not self._lost():
                break
            await asyncio.sleep(wait)
        else:
            await _for_ever()
        await asyncio.sleep(self._cloud.round_trip(to.address))
        if self._cloud.stream(to) is None:
            raise NetFailure(REFUSED)

    async def _handshake(self, to: Endpoint, name: str) -> TlsEvidence:
        await asyncio.sleep(2 * self._trip(to)())
        use = self._cloud.stream(to)
        if use in {"dns", "http", None}:
            raise NetFailure(Failure(kind=FailureKind.NOT_TLS, detail="the answer is not TLS (wrong version number)"))
        return certificates.handshake(self._site, name, to.port, self._clock.true(), mutual=use == "sip-mtls")

    def _carry(self, data: bytes, local: Endpoint, to: Endpoint, deliver: Callable[[bytes | NetFailure], None]) -> None:
        loop = asyncio.get_running_loop()
        fate = self._firewall.outbound("udp", local.port, to)
        if isinstance(fate, Failure):
            if fate.kind.local:
                raise NetFailure(fate)
            loop.call_later(_NEAR, deliver, NetFailure(fate))
            return
        if fate == "drop" or self._lost() or self._lost() or not self._firewall.inbound("udp", local.port, to):
            return
        if not self._cloud.listens(to):
            if self._cloud.exists(to.address):
                loop.call_later(self._cloud.round_trip(to.address), deliver, NetFailure(from_icmp(4, 3, 3, to.address)))
            return
        answer = self._cloud.datagram(data, local, to)
        if answer is not None:
            loop.call_later(self._cloud.round_trip(to.address), deliver, answer)

    def _trip(self, to: Endpoint) -> Callable[[], float]:
        """A round trip on an established connection: a lost segment comes again."""

        def seconds() -> float:
            lost = 0
            while (self._lost() or self._lost()) and lost < 5:
                lost += 1
            round_trip = self._cloud.round_trip(to.address)
            return round_trip + lost * (_RECOVER + round_trip)

        return seconds

    def _lost(self) -> bool:
        return self._random.random() < self._site.loss

    async def _local_port(self, protocol: str, wanted: SourcePorts) -> int:
        if wanted is not None and all(within(self._site.taken or "1", p) for each in wanted for p in each):
            raise NetFailure(ADDRESS_IN_USE)
        while True:
            for _ in range(64):
                chosen = self._random.choice(wanted or _EPHEMERAL)
                port = self._random.randint(chosen.first, chosen.last)
                if (protocol, port) not in self._held and not (self._site.taken and within(self._site.taken, port)):
                    self._held.add((protocol, port))
                    self.most_held = max(self.most_held, len(self._held))
                    return port
            await self._released.wait()

    def _releasing(self, protocol: str, port: int) -> Callable[[], None]:
        def release() -> None:
            self._held.discard((protocol, port))
            self._released.set()
            self._released = asyncio.Event()

        return release

    @property
    def held(self) -> int:
        """Local ports whose sockets nobody has closed."""
        return len(self._held)


async def _for_ever() -> None:
    await asyncio.Event().wait()
