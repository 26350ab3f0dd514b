"""The real network: `probe.ports.Net` over this machine's sockets."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from probe.model.address import Endpoint
from probe.model.evidence import QuicEvidence
from probe.model.failure import Failure, FailureKind
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

from . import hops, http, resolvers, sweep, tcp, udp
from .source_ports import SourcePortPool
from .trust import Roots


class SystemClock:
    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()


class RealNet:
    """`bind` is the local address to send from; `public_roots` a PEM file that stands for the public web PKI."""

    def __init__(
        self, *, seed: int, user_agent: str, bind: str | None = None, public_roots: Path | None = None
    ) -> None:
        self._pool = SourcePortPool(Random(seed), bind)
        self._bind = bind
        self._roots = Roots(public_roots)
        self._user_agent = user_agent
        self._resolvers: list[Endpoint] | None = None

    def name_servers(self) -> Sequence[Endpoint]:
        if self._resolvers is None:
            self._resolvers = resolvers.configured()
        return self._resolvers

    def versions(self) -> Sequence[int]:
        return [
            version for version, anywhere in ((4, "192.0.2.1"), (6, "2001:db8::1")) if _has_route(version, anywhere)
        ]

    async def connect(
        self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0, bound: Bound | None = None
    ) -> Stream:
        return await tcp.connect(to, pool=self._pool, source_ports=source_ports, dscp=dscp, bound=bound)

    async def connect_each(self, to: Sequence[Endpoint], *, waits: Waits, at_once: int) -> list[float | Failure]:
        if sweep.AVAILABLE:
            return await sweep.sweep(to, waits=waits, at_once=at_once, bind=self._bind)
        gate = asyncio.Semaphore(at_once)
        return await asyncio.gather(*(self._one_of_many(each, waits, gate) for each in to))

    async def _one_of_many(self, to: Endpoint, waits: Waits, gate: asyncio.Semaphore) -> float | Failure:
        """Where the system has no epoll."""
        loop = asyncio.get_running_loop()
        async with gate:
            for wait in (waits.quick, waits.patient):
                began = loop.time()
                try:
                    async with asyncio.timeout(wait):
                        stream = await self.connect(to)
                except NetFailure as error:
                    return error.failure
                except TimeoutError:
                    continue
                stream.close()
                return loop.time() - began
        return Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {wait:.1f} s")

    async def secure(self, stream: Stream, *, server_name: str, alpn: Sequence[str] = ()) -> TlsStream:
        from . import tls

        return await tls.secure(stream, server_name=server_name, alpn=alpn, roots=self._roots)

    async def datagrams(self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0) -> Datagrams:
        return await udp.open_socket(to, pool=self._pool, source_ports=source_ports, dscp=dscp)

    async def hop_probes(self, version: int, *, source_ports: SourcePorts = None) -> HopProbes:
        return await hops.open_socket(version, pool=self._pool, source_ports=source_ports)

    async def fetch(self, request: HttpRequest) -> HttpReply:
        return await http.fetch(request, roots=self._roots, user_agent=self._user_agent)

    async def fetch_quic(self, request: HttpRequest) -> QuicEvidence:
        from . import quic

        return await quic.fetch(request, bind=self._bind)


def _has_route(version: int, anywhere: str) -> bool:
    """Connecting a UDP socket looks up a route and sends nothing."""
    with socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((anywhere, 9))
        except OSError:
            return False
    return True
