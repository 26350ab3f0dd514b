"""Runs a plan against a twin, up to the status of every requirement."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import msgspec

from catalog.model import Catalog
from probe.assess import assess
from probe.checks.limits import limits_of
from probe.checks.registry import checks
from probe.engine.events import Event
from probe.engine.run import Run
from probe.judge import judge
from probe.lab.faults import parse
from probe.lab.net import LabNet
from probe.lab.twin import Twin
from probe.model.measurement import Measurement
from probe.model.verdict import Finding, RequirementResult
from probe.net.real import SystemClock
from probe.planning.options import Options
from probe.planning.plan import plan
from probe.site import Site


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    measurements: list[Measurement]
    findings: list[Finding]
    results: list[RequirementResult]

    @property
    def unmet(self) -> set[str]:
        """Required and recommended ones, by id."""
        return {each.id for each in self.results if each.status in {"unmet", "partly-met"} and _matters(each)}

    @property
    def unverified(self) -> set[str]:
        return {each.id for each in self.results if each.status == "unverified" and _matters(each)}

    def codes(self, verdict: str) -> set[str]:
        return {each.code for each in self.findings if each.verdict == verdict}


def _matters(result: RequirementResult) -> bool:
    return result.level != "informational"


class _Deaf:
    def hear(self, event: Event) -> None:
        pass


async def run(catalog: Catalog, faults: Iterable[str] = (), *, site: Site | None = None, **options: object) -> Outcome:
    site = site or Site()
    async with Twin(catalog, map(parse, faults), site=site) as twin:
        asked = Options(resolvers=(twin.resolver,), answering=twin.answering, **options)  # type: ignore[arg-type]
        made = plan(catalog, site, asked, checks())
        measurements = await Run(
            made,
            net=LabNet(twin, seed=0, user_agent="callready tests"),
            clock=SystemClock(),
            listener=_Deaf(),
            checks=checks(),
            random=Random(0),
        ).measure()
    findings = judge(measurements, checks(), limits_of(catalog))
    results = assess(made.requirements, measurements, findings)
    return Outcome(measurements=measurements, findings=findings, results=results)
