"""Plays a scenario: plans on the built-in catalogue, measures in virtual time, concludes."""

from __future__ import annotations

import asyncio
from functools import cache
from random import Random

import msgspec

from catalog.model import Catalog
from catalog.read import load
from probe.checks.registry import checks
from probe.conclude import Conclusion, conclude
from probe.engine.events import Event
from probe.engine.run import Run
from probe.model.measurement import Measurement
from probe.model.plan import Plan
from probe.planning.options import Options
from probe.planning.plan import plan
from probe.site import Site

from .loop import VirtualClock, VirtualLoop
from .net import WorldNet
from .scenario import Scenario
from .services import RESPONDER


class Played(msgspec.Struct, kw_only=True):
    plan: Plan
    measurements: list[Measurement]
    conclusion: Conclusion
    seconds: float
    """Virtual."""
    sockets_left: int


class _Deaf:
    def hear(self, event: Event) -> None:
        """There is nobody to show anything to."""


@cache
def catalog() -> Catalog:
    return load()


def play(scenario: Scenario, seed: int = 1) -> Played:
    options = Options(
        regions=tuple(scenario.regions),
        seed=seed,
        resolvers=scenario.resolvers,
        answering=(RESPONDER,) if scenario.site.media else (),
    )
    planned = plan(catalog(), Site(), options, checks())
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        clock = VirtualClock(runner.get_loop(), scenario.site.clock_ahead)
        net = WorldNet(catalog(), scenario, clock, seed)
        run = Run(planned, net=net, clock=clock, listener=_Deaf(), checks=checks(), random=Random(seed))
        measured = runner.run(run.measure())
        seconds = clock.now()
    environment = {"gateway": scenario.site.gateway, "proxies": scenario.site.proxies}
    return Played(
        plan=planned,
        measurements=measured,
        conclusion=conclude(planned, measured, checks(), catalog(), environment),
        seconds=seconds,
        sockets_left=net.held,
    )
