"""Virtual time: long waits cost nothing, order is kept, and a standstill is said to be one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from .loop import Standstill, VirtualClock, VirtualLoop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def test_a_year_passes_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(365 * 86400)
        return asyncio.get_running_loop().time()

    began = time.monotonic()
    assert run(main()) == pytest.approx(365 * 86400)
    assert time.monotonic() - began < 1


def test_timers_fire_in_their_order() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        seen = []

        async def after(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, round(loop.time(), 6)))

        await asyncio.gather(after("late", 2.5), after("early", 0.25), after("between", 1.0))
        return seen

    assert run(main()) == [("early", 0.25), ("between", 1.0), ("late", 2.5)]


def test_a_timeout_fires_at_its_time() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(main()) == pytest.approx(7)


def test_work_takes_no_time() -> None:
    async def main() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert run(main()) == 0.0


def test_a_standstill_is_an_error_and_no_hang() -> None:
    loop = VirtualLoop()
    waiting = loop.create_task(asyncio.Event().wait())
    with pytest.raises(Standstill):
        loop.run_until_complete(waiting)
    waiting.cancel()
    loop.call_later(0, loop.stop)
    loop.run_forever()
    loop.close()


def test_the_clock_that_is_wrong_runs_at_the_right_pace() -> None:
    async def main() -> tuple[float, float]:
        clock = VirtualClock(asyncio.get_running_loop(), ahead=600)
        before = clock.wall() - clock.true()
        await asyncio.sleep(10)
        return before, clock.wall() - clock.true()

    assert run(main()) == (600, 600)
