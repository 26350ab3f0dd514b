"""When this process stood still, suspended or starved: what went unheard meanwhile is no silence of the network."""

from __future__ import annotations

import asyncio

from probe.ports import Clock

TICK = 0.1
NOTABLE = 0.4
"""Seconds late: beyond what a busy but healthy machine shows."""


class Stalls:
    """Watches the event loop by a clock that ought to tick evenly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ticked: float | None = None
        self._ended: float | None = None
        self._longest = 0.0

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self._ticked = self._clock.now()
            await asyncio.sleep(TICK)
            self._note()

    def _note(self) -> None:
        if self._ticked is None:
            return
        late = self._clock.now() - self._ticked - TICK
        if late > NOTABLE:
            self._ended = self._clock.now()
            self._longest = late

    def since(self, began: float) -> float:
        """Seconds of the last standstill that ended after `began`; 0 without one."""
        self._note()
        return self._longest if self._ended is not None and self._ended >= began else 0.0
