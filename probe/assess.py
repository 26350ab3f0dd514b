"""Findings become the status of every requirement, and the verdict of every persona (design section 5): pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from probe.model.measurement import Measurement
from probe.model.plan import Requirement, Rule, Way
from probe.model.verdict import Coverage, Finding, RequirementResult, RequirementStatus, Verdict

Outcome = Literal["proven", "failed", "unverified"]


class Assessment:
    """Looks up what became of tasks, ways and requirements."""

    def __init__(self, measurements: Iterable[Measurement], findings: Iterable[Finding]) -> None:
        self._measurements = {each.task: each for each in measurements}
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        for each in findings:
            self._findings[each.task].append(each)

    def task(self, task: str) -> Outcome:
        """A far end that was reached but failed in something else has failed."""
        found = self._findings.get(task, [])
        if any(each.verdict == "fail" for each in found):
            return "failed"
        if any(each.verdict == "pass" and each.code.endswith(".reach") for each in found):
            return "proven"
        return "unverified"

    def way(self, way: Way) -> Outcome:
        """One task that shows it is enough; silence of what is not known to answer shows nothing."""
        outcomes = [self.task(each) for each in way.tasks]
        if "proven" in outcomes:
            return "proven"
        return "failed" if "failed" in outcomes and way.conclusive else "unverified"

    def requirement(self, requirement: Requirement) -> RequirementResult:
        outcomes = {way.name: self.way(way) for way in requirement.ways}
        proven = [name for name, each in outcomes.items() if each == "proven"]
        failed = [name for name, each in outcomes.items() if each == "failed"]
        untold = [way for way in requirement.ways if way.conclusive and outcomes[way.name] == "unverified"]
        status = _status(requirement.rule, len(proven), len(failed), len(untold), len(outcomes))
        decisive = [way for way in requirement.ways if status != "met" or way.name in proven]
        evidence = [each for way in decisive for task in way.tasks for each in self._findings.get(task, [])]
        if status == "met":
            evidence = [each for each in evidence if self.task(each.task) == "proven"]
        return RequirementResult(
            id=requirement.id,
            persona=requirement.persona,
            status=status,
            proof="answered" if proven else "none",
            coverage=Coverage(asked=len(outcomes), proven=len(proven), failed=len(failed), unit="ways"),
            detail=self._detail(requirement, status, proven, failed),
            row=requirement.row,
            level=requirement.level,
            title=requirement.title,
            evidence=list(dict.fromkeys(each.id for each in evidence)),
            warned=any(each.verdict == "warn" for each in evidence),
        )

    def _detail(
        self, requirement: Requirement, status: RequirementStatus, proven: Sequence[str], failed: Sequence[str]
    ) -> str:
        if requirement.unmeasured:
            return requirement.unmeasured
        if status == "met":
            return f"answered by {', '.join(proven)}" + (f"; not by {', '.join(failed)}" if failed else "")
        if failed:
            worked = f"; {', '.join(proven)} works" if proven else ""
            return f"failed: {', '.join(failed)}{worked}"
        reasons = [
            self._measurements[task].reason or self._first_title(task)
            for way in requirement.ways
            for task in way.tasks
            if task in self._measurements
        ]
        return next(filter(None, reasons), "nothing was measured for it")

    def _first_title(self, task: str) -> str:
        return next((each.title for each in self._findings.get(task, [])), "")


def _status(rule: Rule, proven: int, failed: int, untold: int, ways: int) -> RequirementStatus:
    if rule == "any":
        # A way that was not tried to the end might have worked, and one that works is enough.
        return "met" if proven else "unmet" if failed and not untold else "unverified"
    if failed:
        return "partly-met" if proven else "unmet"
    if ways and proven == ways:
        return "met"
    return "met" if proven and rule == "redundant" else "unverified"


def assess(
    requirements: Iterable[Requirement], measurements: Iterable[Measurement], findings: Iterable[Finding]
) -> list[RequirementResult]:
    assessment = Assessment(measurements, findings)
    return [assessment.requirement(each) for each in requirements]


_WORST_FIRST: tuple[Verdict, ...] = ("not-ready", "undetermined", "at-risk", "ready")


def verdict(results: Iterable[RequirementResult], rules: Mapping[tuple[str, str], str]) -> Verdict:
    """Of one persona. `rules` is the `Requirement.rule` by (id, persona)."""
    results = list(results)
    required = [each for each in results if each.level == "required"]
    broken = [
        each
        for each in required
        if each.status == "unmet" or (each.status == "partly-met" and rules.get((each.id, each.persona)) == "every")
    ]
    if broken:
        return "not-ready"
    if not required or any(each.status == "unverified" for each in required):
        return "undetermined"
    doubtful = [
        each
        for each in results
        if each.level != "informational" and (each.status in {"unmet", "partly-met"} or each.warned)
    ]
    return "at-risk" if doubtful else "ready"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of the personas judged; without any, undetermined."""
    return min(verdicts, key=_WORST_FIRST.index, default="undetermined")
