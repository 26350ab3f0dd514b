"""A number from 0 to 100 for the requirements, which missing evidence lowers and never raises: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from probe.model.plan import Requirement
from probe.model.verdict import RequirementResult, Score, ScorePart, Verdict

PARTS = {"signalling": 30.0, "media": 30.0, "web": 20.0, "dns": 12.0, "time": 8.0}
"""Weights. A part without any requirement of the personas judged does not count at all."""
CAPS: dict[Verdict, int] = {"not-ready": 49, "undetermined": 74, "at-risk": 89, "ready": 100}
_WORTH = {"met": 1.0, "partly-met": 0.5, "unmet": 0.0, "unverified": 0.0}
_IMPORTANCE = {"required": 3.0, "recommended": 1.0, "informational": 0.0}
_AREA = {
    "sip-tls": "signalling",
    "sip-mtls": "signalling",
    "stun": "media",
    "audio": "media",
    "video": "media",
    "srtp": "media",
    "dns": "dns",
    "ntp": "time",
}


def area_of(requirement: Requirement) -> str:
    return _AREA.get(requirement.use, "web")


def score(requirements: Sequence[Requirement], results: Sequence[RequirementResult], verdict: Verdict) -> Score:
    """`requirements` and `results` in the same order. The value is None where nothing at all was measured."""
    areas = dict(zip((_key(each) for each in results), map(area_of, requirements), strict=True))
    parts = [
        _part(name, weight, members)
        for name, weight in PARTS.items()
        if (members := [r for r in results if areas[_key(r)] == name and _IMPORTANCE[r.level]])
    ]
    if all(each.value is None for each in parts):
        return Score(value=None, parts=parts, capped_by="nothing was measured")
    total = sum(each.weight for each in parts)
    value = sum(each.weight * (each.value or 0.0) for each in parts) / total
    cap = CAPS[verdict]
    return Score(value=int(min(value, cap)), parts=parts, capped_by=verdict if value > cap else None)


def _key(result: RequirementResult) -> tuple[str, str]:
    return result.id, result.persona


def _part(name: str, weight: float, members: Iterable[RequirementResult]) -> ScorePart:
    members = list(members)
    counts = {status: sum(each.status == status for each in members) for status in _WORTH}
    because = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    if counts["unverified"] == len(members):
        return ScorePart(name=name, weight=weight, value=None, because=f"{because}: counts as 0")
    total = sum(_IMPORTANCE[each.level] for each in members)
    value = 100 * sum(_IMPORTANCE[each.level] * _WORTH[each.status] for each in members) / total
    return ScorePart(name=name, weight=weight, value=round(value, 1), because=because)
