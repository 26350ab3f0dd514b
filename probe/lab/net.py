"""`probe.ports.Net` towards the twin: every logical destination is redirected to loopback, and still reported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import msgspec

from probe.model.address import Endpoint, is_address
from probe.model.evidence import QuicEvidence
from probe.model.failure import Failure, FailureKind
from probe.net.real import RealNet
from probe.ports import (
    Arrival,
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

from . import sockets
from .twin import Twin

FIREWALL = "192.0.2.1"
"""Speaks in the ICMP of `udp-reject` (RFC 5737: an address for documentation)."""


class LabNet:
    """Real sockets bound to loopback: no packet can leave this machine."""

    def __init__(self, twin: Twin, *, seed: int, user_agent: str) -> None:
        self._twin = twin
        self._real = RealNet(
            seed=seed, user_agent=user_agent, bind=sockets.own_address(), public_roots=twin.public_roots
        )

    def name_servers(self) -> Sequence[Endpoint]:
        return [self._twin.resolver]

    def versions(self) -> Sequence[int]:
        return [4]

    async def connect(
        self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0, bound: Bound | None = None
    ) -> Stream:
        there = await self._tcp(to, bound)
        stream = await self._real.connect(there, source_ports=source_ports, dscp=dscp, bound=bound)
        await asyncio.sleep(self._twin.delay)
        return LabStream(stream, to)

    async def connect_each(self, to: Sequence[Endpoint], *, waits: Waits, at_once: int) -> list[float | Failure]:
        dropped = {each for each in to if self._twin.fate("tcp", each) == "drop"}
        there = [await self._tcp(each) for each in to if each not in dropped]
        waited = asyncio.create_task(asyncio.sleep(waits.quick + waits.patient if dropped else 0.0))
        try:
            outcomes = iter(await self._real.connect_each(there, waits=waits, at_once=at_once))
            await waited
        finally:
            waited.cancel()
        silence = Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {waits.patient:.1f} s")
        return [silence if each in dropped else next(outcomes) for each in to]

    async def secure(self, stream: Stream, *, server_name: str, alpn: Sequence[str] = ()) -> TlsStream:
        return await self._real.secure(stream, server_name=server_name, alpn=alpn)

    async def datagrams(self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0) -> Datagrams:
        there = self._udp(to)
        sock = await self._real.datagrams(there, source_ports=source_ports, dscp=dscp)
        return LabDatagrams(sock, to)

    async def hop_probes(self, version: int, *, source_ports: SourcePorts = None) -> HopProbes:
        del version, source_ports
        raise NetFailure(Failure(kind=FailureKind.UNSUPPORTED, detail="the twin has no routers on the way to it"))

    async def fetch(self, request: HttpRequest) -> HttpReply:
        there = await self._tcp(request.to)
        url = urlsplit(request.url)
        if not is_address(url.hostname or ""):
            return await self._real.fetch(msgspec.structs.replace(request, to=there))
        # An address in the URL is where an HTTP client connects to, whatever it is told.
        shown = urlunsplit(url._replace(netloc=str(there)))
        reply = await self._real.fetch(msgspec.structs.replace(request, to=there, url=shown))
        tls = reply.tls and msgspec.structs.replace(reply.tls, server_name=url.hostname or "")
        return msgspec.structs.replace(reply, http=msgspec.structs.replace(reply.http, url=request.url), tls=tls)

    async def fetch_quic(self, request: HttpRequest) -> QuicEvidence:
        return await self._real.fetch_quic(msgspec.structs.replace(request, to=self._udp(request.to)))

    async def _tcp(self, to: Endpoint, bound: Bound | None = None) -> Endpoint:
        """Where to connect to instead; never returns where the faults drop it: the caller's time limit ends it."""
        fate = self._twin.fate("tcp", to)
        if fate == "drop":
            if bound is not None:
                bound()
            await asyncio.get_running_loop().create_future()
        there = self._twin.locate("tcp", to) if fate == "pass" else None
        return there or self._twin.shut["tcp"]

    def _udp(self, to: Endpoint) -> Endpoint:
        fate = self._twin.fate("udp", to)
        if fate == "reject":
            return self._twin.shut["udp"]
        there = self._twin.locate("udp", to) if fate == "pass" else None
        return there or self._twin.sink


class LabStream:
    """A stream to the twin, under the name of what it stands for."""

    def __init__(self, stream: Stream, remote: Endpoint) -> None:
        self._stream = stream
        self.remote = remote

    @property
    def local(self) -> Endpoint:
        return self._stream.local

    async def send(self, data: bytes) -> None:
        await self._stream.send(data)

    async def receive(self) -> bytes:
        return await self._stream.receive()

    def close(self) -> None:
        self._stream.close()


class LabDatagrams:
    """A UDP socket to the twin; what loopback says in ICMP is told as the firewall's word."""

    def __init__(self, sock: Datagrams, remote: Endpoint) -> None:
        self._sock = sock
        self.remote = remote

    @property
    def local(self) -> Endpoint:
        return self._sock.local

    def send(self, data: bytes) -> None:
        try:
            self._sock.send(data)
        except NetFailure as error:
            _retell(error)

    async def receive(self) -> Arrival:
        try:
            return await self._sock.receive()
        except NetFailure as error:
            _retell(error)

    def close(self) -> None:
        self._sock.close()


def _retell(error: NetFailure) -> NoReturn:
    failure = error.failure
    if failure.reporter is None:
        raise error
    detail = failure.detail.replace(failure.reporter, FIREWALL)
    told = Failure(kind=failure.kind, detail=detail, reporter=FIREWALL, icmp=failure.icmp)
    raise NetFailure(told, error.evidence) from error
