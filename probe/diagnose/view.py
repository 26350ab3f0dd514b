"""An indexed view of one run, for the diagnosis rules: what failed, what worked, and what could refute a suspicion."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from probe.assess import Assessment
from probe.model.evidence import PathEvidence
from probe.model.failure import Failure
from probe.model.measurement import Measurement, Observation
from probe.model.plan import Plan, Requirement
from probe.model.verdict import Finding, RequirementResult


class View:
    """Findings that a stronger cause has explained are hidden by `without`."""

    def __init__(
        self,
        plan: Plan,
        measurements: Iterable[Measurement],
        findings: Iterable[Finding],
        results: Sequence[RequirementResult],
        environment: Mapping[str, Any],
    ) -> None:
        self.plan = plan
        self.environment = environment
        self.measurements = {each.task: each for each in measurements}
        self.findings = list(findings)
        self.results = results
        self._explained: frozenset[str] = frozenset()
        self._by_task: dict[str, list[Finding]] = defaultdict(list)
        for each in self.findings:
            self._by_task[each.task].append(each)
        self._assessment = Assessment(self.measurements.values(), self.findings)
        self._requirements: dict[str, list[tuple[Requirement, RequirementResult]]] = defaultdict(list)
        for requirement, result in zip(plan.requirements, results, strict=True):
            for way in requirement.ways:
                for task in way.tasks:
                    self._requirements[task].append((requirement, result))

    def without(self, explained: Iterable[str]) -> View:
        """The same run, with these findings no longer calling for a cause."""
        rest = copy.copy(self)
        rest._explained = self._explained | frozenset(explained)
        return rest

    def of_kind(self, *kinds: str) -> list[Measurement]:
        return [each for each in self.measurements.values() if each.kind in kinds]

    def worked(self, task: str) -> bool:
        return self._assessment.task(task) == "proven"

    def reached(self, task: str) -> bool:
        """The far end answered as it should, whatever else was wrong with it."""
        found = self.finding(task, "reach")
        return found is not None and found.verdict == "pass"

    def finding(self, task: str, name: str) -> Finding | None:
        """The finding `KIND.name` of a task."""
        return next((each for each in self._by_task.get(task, []) if each.code.endswith(f".{name}")), None)

    def open(self, code: str, *verdicts: str) -> list[Finding]:
        """Findings with this code that still want a cause; by default those that failed."""
        wanted = verdicts or ("fail",)
        return [f for f in self.findings if f.code == code and f.verdict in wanted and f.id not in self._explained]

    def matters(self, task: str) -> bool:
        """A requirement that is not informational is not met, and this task is one of its ways."""
        return any(
            result.status in {"unmet", "partly-met"} and requirement.level != "informational"
            for requirement, result in self._requirements.get(task, [])
        )

    def requirements(self, tasks: Iterable[str]) -> Iterator[Requirement]:
        """Those that are not met although these tasks could have shown them to be."""
        seen = set()
        for task in tasks:
            for requirement, result in self._requirements.get(task, []):
                key = (requirement.id, requirement.persona)
                if key not in seen and result.status in {"unmet", "partly-met"}:
                    seen.add(key)
                    yield requirement

    def failure(self, task: str) -> Failure | None:
        """Of the last operation that failed."""
        observation = self.failed(task)
        return observation.failure if observation else None

    def failed(self, task: str) -> Observation | None:
        observations = self.measurements[task].observations
        return next((o for o in reversed(observations) if o.failure is not None and o.operation != "resolve"), None)

    def connected(self, task: str) -> bool:
        """TCP was established, whatever came after."""
        return any(o.operation == "connect" and o.failure is None for o in self.measurements[task].observations)

    @cached_property
    def targets(self) -> set[str]:
        """Addresses that operations were pointed at."""
        return {o.target.rpartition(":")[0] for m in self.measurements.values() for o in m.observations}

    @property
    def paths(self) -> list[PathEvidence]:
        seen = [o.evidence for m in self.of_kind("path") for o in m.observations]
        return [each for each in seen if isinstance(each, PathEvidence)]

    def hop_of(self, address: str) -> int | None:
        """How many routers away `address` is, where a path shows it."""
        return next((hop.number for path in self.paths for hop in path.hops if address in hop.addresses), None)

    def hops_before(self, address: str) -> list[str]:
        """Routers nearer than `address`, on the first path that shows it."""
        for path in self.paths:
            for index, hop in enumerate(path.hops):
                if address in hop.addresses:
                    return [each for nearer in path.hops[:index] for each in nearer.addresses]
        return []

    def anything_answered(self) -> bool:
        return any(o.failure is None for m in self.measurements.values() for o in m.observations)
