"""An event loop whose time is its own: when nothing is ready, it jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class Standstill(RuntimeError):
    """Every task waits for something that nothing will bring."""


class _Jumping(selectors.SelectSelector):
    """Looks at real descriptors without waiting, and lets virtual time pass instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise Standstill("no timer is set and no task can run")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at second 0. Nothing real may be waited for: no sockets, no threads."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        # A timer fires before now + resolution: that sum must differ from now, however late it is.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(self, *_: Any) -> Any:  # type: ignore[override]
        raise Standstill("threads live in real time")


class VirtualClock:
    """`ahead` is by how many seconds this machine's idea of the time is wrong."""

    EPOCH = 1_795_000_000.0
    """When virtual time begins: in November 2026."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ahead: float = 0.0) -> None:
        self._loop = loop
        self._ahead = ahead

    def now(self) -> float:
        return self._loop.time()

    def true(self) -> float:
        return self.EPOCH + self._loop.time()

    def wall(self) -> float:
        return self.true() + self._ahead
