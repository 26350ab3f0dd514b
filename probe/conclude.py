"""Everything right of the measurements, in one call: findings, requirements, diagnoses, score, verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from catalog.model import Catalog
from probe.assess import assess, verdict, worst
from probe.checks.check import Check
from probe.checks.limits import limits_of
from probe.diagnose import diagnose
from probe.diagnose.view import View
from probe.judge import judge
from probe.model.measurement import Measurement
from probe.model.plan import Plan
from probe.model.verdict import Diagnosis, Finding, PersonaResult, RequirementResult, Score, Verdict
from probe.score import score


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    verdict: Verdict
    score: Score
    personas: list[PersonaResult]
    requirements: list[RequirementResult]
    diagnoses: list[Diagnosis]
    findings: list[Finding]


def conclude(
    plan: Plan,
    measurements: Sequence[Measurement],
    checks: Mapping[str, Check],
    catalog: Catalog,
    environment: Mapping[str, Any],
) -> Conclusion:
    findings = judge(measurements, checks, limits_of(catalog))
    results = assess(plan.requirements, measurements, findings)
    diagnoses = diagnose(View(plan, measurements, findings, results, environment))
    rules = {(each.id, each.persona): each.rule for each in plan.requirements}
    titles = {each.id: each.title for each in catalog.personas}
    personas = []
    for persona in plan.personas:
        mine = [each for each in results if each.persona == persona]
        judged = verdict(mine, rules)
        asked = [each for each in plan.requirements if each.persona == persona]
        value = score(asked, mine, judged).value
        personas.append(PersonaResult(id=persona, title=titles.get(persona, persona), verdict=judged, score=value))
    overall = worst([each.verdict for each in personas])
    return Conclusion(
        verdict=overall,
        score=score(plan.requirements, results, overall),
        personas=personas,
        requirements=results,
        diagnoses=diagnoses,
        findings=findings,
    )
