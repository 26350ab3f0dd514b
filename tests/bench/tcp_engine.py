"""Runs a `tcp-range` task per address through the engine; prints open, silent, seconds of the run and the process."""

from __future__ import annotations

import sys
import time

BEGAN = time.perf_counter()

import asyncio  # noqa: E402 - the process's own start is part of what is measured
from random import Random  # noqa: E402

from catalog.ranges import parse_ranges  # noqa: E402
from probe.checks.registry import checks  # noqa: E402
from probe.engine.events import Event  # noqa: E402
from probe.engine.run import Run  # noqa: E402
from probe.model.address import Target  # noqa: E402
from probe.model.evidence import RangeEvidence  # noqa: E402
from probe.model.plan import Cost, Plan, Task  # noqa: E402
from probe.net.real import RealNet, SystemClock  # noqa: E402


class _Deaf:
    def hear(self, event: Event) -> None:
        pass


def _plan(ports: str, addresses: list[str]) -> Plan:
    cost = Cost(packets=0, bytes=0, seconds=0)
    params = {"ports": ports, "count": 65535, "seed": 0, "at_once": 1024}
    tasks = [
        Task(id=each, kind="tcp-range", target=Target(host=each, protocol="tcp"), params=params, deadline=60, cost=cost)
        for each in addresses
    ]
    return Plan(tasks=tasks, requirements=[], skipped=[], personas=[], seed=0)


async def main(ports: str, addresses: list[str]) -> None:
    run = Run(
        _plan(ports, addresses),
        net=RealNet(seed=0, user_agent="bench"),
        clock=SystemClock(),
        listener=_Deaf(),
        checks=checks(),
        random=Random(0),
    )
    began = time.perf_counter()
    measured = await run.measure()
    ended = time.perf_counter()
    seen = [o.evidence for m in measured for o in m.observations if isinstance(o.evidence, RangeEvidence)]
    opened = sum(_count(each.answered) for each in seen)
    silent = sum(_count(each.silent) for each in seen)
    print(opened, silent, f"{ended - began:.3f} {ended - BEGAN:.3f}")


def _count(ranges: str) -> int:
    return sum(map(len, parse_ranges(ranges))) if ranges else 0


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
