"""Local ports out of a persona's range: each is held by one socket at a time, and whoever finds none free waits."""

from __future__ import annotations

import asyncio
import errno
import socket
from random import Random

from catalog.ranges import PortRange
from probe.model.address import Endpoint
from probe.ports import SourcePorts

_TRIES = 24


class SourcePortPool:
    """Binds sockets to local ports. Order comes from `random`, so that a seed repeats it."""

    def __init__(self, random: Random, address: str | None = None) -> None:
        self._random = random
        self._address = address
        self._held: set[tuple[int, int]] = set()
        self._released = asyncio.Event()

    async def bind(self, sock: socket.socket, to: Endpoint, wanted: SourcePorts) -> None:
        """Raises OSError (EADDRINUSE) when other programs hold every port that was tried."""
        wildcard = "::" if sock.family == socket.AF_INET6 else "0.0.0.0"
        address = self._address if self._address and (":" in self._address) == (":" in wildcard) else wildcard
        if wanted is None:
            if address != wildcard:
                sock.bind((address, 0))
            return
        refused: OSError | None = None
        tried: set[int] = set()
        while len(tried) < min(_TRIES, sum(map(len, wanted))):
            port = self._free(sock.type, wanted, tried)
            if port is None:
                await self._released.wait()
                continue
            tried.add(port)
            try:
                sock.bind((address, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                refused = error
                continue
            self._held.add((sock.type, port))
            return
        raise refused or OSError(errno.EADDRINUSE, f"every port that was tried towards {to} is in use")

    def _free(self, kind: int, wanted: tuple[PortRange, ...], tried: set[int]) -> int | None:
        total = sum(map(len, wanted))
        start = self._random.randrange(total)
        for step in range(min(total, 4096)):
            index = (start + step) % total
            for each in wanted:
                if index < len(each):
                    port = each.first + index
                    if port not in tried and (kind, port) not in self._held:
                        return port
                    break
                index -= len(each)
        return None

    def release(self, kind: int, port: int) -> None:
        """Wakes all who wait; those who still find nothing free wait for the next."""
        if (kind, port) in self._held:
            self._held.discard((kind, port))
            self._released.set()
            self._released = asyncio.Event()
