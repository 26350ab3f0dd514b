"""Streams and datagrams whose far end is a function, and whose way there takes virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from probe.model.address import Endpoint
from probe.model.evidence import TlsEvidence
from probe.ports import Arrival, NetFailure

from .services import Session

Trip = Callable[[], float]
"""Seconds until an answer is back, retransmissions included."""


class WorldStream:
    def __init__(
        self, local: Endpoint, remote: Endpoint, session: Session, trip: Trip, closed: Callable[[], None]
    ) -> None:
        self.local = local
        self.remote = remote
        self._session = session
        self._trip = trip
        self._closed: Callable[[], None] | None = closed
        self._arriving: asyncio.Queue[bytes] = asyncio.Queue()
        self._at = 0.0

    async def send(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._at = max(self._at, loop.time() + self._trip())  # a stream keeps its order
        for each in self._session(data):
            loop.call_at(self._at, self._arriving.put_nowait, each)

    async def receive(self) -> bytes:
        return await self._arriving.get()

    def close(self) -> None:
        if self._closed is not None:
            self._closed()
            self._closed = None


class WorldTlsStream:
    """Another session on the same stream."""

    def __init__(self, below: WorldStream, session: Session, evidence: TlsEvidence) -> None:
        self._below = below
        self._below._session = session
        self.local, self.remote = below.local, below.remote
        self.evidence = evidence

    async def send(self, data: bytes) -> None:
        await self._below.send(data)

    async def receive(self) -> bytes:
        return await self._below.receive()

    def close(self) -> None:
        self._below.close()


class WorldDatagrams:
    """`carry` is told of every datagram, and how to deliver what comes of it; it may raise NetFailure."""

    def __init__(
        self,
        local: Endpoint,
        remote: Endpoint,
        carry: Callable[[bytes, Callable[[bytes | NetFailure], None]], None],
        closed: Callable[[], None],
    ) -> None:
        self.local = local
        self.remote = remote
        self._carry = carry
        self._closed: Callable[[], None] | None = closed
        self._arriving: asyncio.Queue[Arrival | NetFailure] = asyncio.Queue()

    def send(self, data: bytes) -> None:
        self._carry(data, self._deliver)

    def _deliver(self, what: bytes | NetFailure) -> None:
        now = asyncio.get_running_loop().time()
        self._arriving.put_nowait(what if isinstance(what, NetFailure) else Arrival(data=what, at=now))

    async def receive(self) -> Arrival:
        arrived = await self._arriving.get()
        if isinstance(arrived, NetFailure):
            raise arrived
        return arrived

    def close(self) -> None:
        if self._closed is not None:
            self._closed()
            self._closed = None
