"""Hand-made tasks through the real engine and the real network, towards loopback only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any

from probe.checks.check import Check
from probe.checks.registry import checks
from probe.context.patience import Patience
from probe.engine.events import Event
from probe.engine.run import Run
from probe.model.address import Endpoint, Target
from probe.model.failure import Failure
from probe.model.measurement import Measurement, Observation
from probe.model.plan import Cost, Plan, Task
from probe.net.real import RealNet, SystemClock

from .fakes import LOCAL
from .leaks import tasks_left

COST = Cost(packets=1, bytes=1, seconds=1)


class LoopbackNet(RealNet):
    """The real network, with resolvers of our choice."""

    def __init__(self, *resolvers: int) -> None:
        super().__init__(seed=1, user_agent="callready-tests")
        self._servers = [Endpoint(LOCAL, port) for port in resolvers]

    def name_servers(self) -> Sequence[Endpoint]:
        return self._servers

    def versions(self) -> Sequence[int]:
        return [4]


class Heard:
    """A listener that keeps what it hears, and lets a test act on it."""

    def __init__(self, act: Callable[[Event], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self._act = act

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self._act(event)


def brief() -> Patience:
    """Loopback answers within a millisecond: hostile silence need not cost seconds."""
    return Patience(unknown=0.2, ceiling=0.6, answer=1.5)


def task(kind: str, port: int, *, host: str = LOCAL, deadline: float = 12.0, id: str = "", **params: Any) -> Task:
    return Task(
        id=id or f"{kind}:{host}:{port}",
        kind=kind,
        target=Target(host=host, port=port),
        params=params,
        deadline=deadline,
        cost=COST,
    )


def plan(tasks: Iterable[Task]) -> Plan:
    return Plan(tasks=list(tasks), requirements=[], skipped=[], personas=[], seed=1)


def run_of(tasks: Iterable[Task], net: RealNet | None = None, **options: Any) -> Run:
    given: dict[str, Any] = {
        "net": net or LoopbackNet(),
        "clock": SystemClock(),
        "listener": Heard(),
        "checks": checks(),
        "random": Random(1),
        "patience": brief(),
    }
    return Run(plan(tasks), **{**given, **options})


def measure(*tasks: Task, net: RealNet | None = None, **options: Any) -> list[Measurement]:
    """Measurements in the order of the tasks. Raises AssertionError where the run leaves tasks of the loop behind."""

    async def main() -> list[Measurement]:
        measured = await run_of(tasks, net, **options).measure()
        assert not tasks_left()
        return measured

    return asyncio.run(main())


def resident() -> int:
    """Bytes of memory that this process holds now (proc(5), statm)."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


class Zoo:
    """Many hostile servers met in one run. `growth` is the most memory that it held, beyond what it began with."""

    def __init__(self, cases: Mapping[str, Task], net: RealNet | None = None) -> None:
        self._measured: dict[str, Measurement] = {}
        self._tasks = cases
        self.growth = 0
        self.seconds = 0.0
        asyncio.run(self._meet(net))

    async def _meet(self, net: RealNet | None) -> None:
        began, before = time.monotonic(), resident()

        async def watch() -> None:
            while True:
                self.growth = max(self.growth, resident() - before)
                await asyncio.sleep(0.02)

        watching = asyncio.create_task(watch())
        run = run_of(self._tasks.values(), net)
        measured = await run.measure()
        watching.cancel()
        await asyncio.wait([watching])
        assert not tasks_left()
        self.seconds = time.monotonic() - began
        self._measured = dict(zip(self._tasks, measured, strict=True))

    def __getitem__(self, name: str) -> Measurement:
        return self._measured[name]

    def survived(self, name: str) -> list[Observation]:
        """Observations of a measurement that was done, and in time."""
        measured = self[name]
        assert measured.status == "done", (measured.status, measured.reason, measured.traceback)
        assert measured.traceback is None
        spent = sum(each.duration for each in measured.observations)
        assert spent < self._tasks[name].deadline
        return measured.observations


def failure_of(observations: Iterable[Observation], operation: str) -> Failure:
    """Of the last operation of that kind, which has failed."""
    last = [each for each in observations if each.operation == operation][-1]
    assert last.failure is not None, last
    return last.failure


def checks_with(*more: Check) -> Mapping[str, Check]:
    return {**checks(), **{each.kind: each for each in more}}
