"""How checks word their findings."""

from __future__ import annotations

from typing import Literal

from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement, Observation
from probe.model.verdict import Finding

from .limits import Bound

Judgement = Literal["pass", "warn", "fail", "unknown"]


def finding(
    measurement: Measurement,
    name: str,
    verdict: Judgement,
    title: str,
    *observations: Observation | None,
    metric: str | None = None,
    value: float | str | None = None,
    limit: float | str | None = None,
    source: str | None = None,
) -> Finding:
    """`name` is the part of the code after the kind."""
    return Finding(
        id=f"{measurement.task}:{name}",
        code=f"{measurement.kind}.{name}",
        verdict=verdict,
        task=measurement.task,
        title=title,
        metric=metric,
        value=value,
        limit=limit,
        evidence=[each.id for each in observations if each is not None],
        source=source,
    )


_COULD_NOT_TRY = {FailureKind.ADDRESS_IN_USE, FailureKind.ADDRESS_UNAVAILABLE, FailureKind.NO_RESOURCES}


def unreached(measurement: Measurement, failure: Failure, title: str, *observations: Observation | None) -> Finding:
    """A failure to reach the far end. What this host itself could not do proves nothing about the network."""
    could_not_try = failure.kind in _COULD_NOT_TRY
    verdict: Judgement = "unknown" if could_not_try else "fail"
    return finding(measurement, "reach", verdict, f"{title}: {failure.detail}", *observations, value=failure.kind.value)


def against(bound: Bound, value: float) -> Judgement:
    """`pass` up to `good`; `fail` beyond the `poor` of a required limit; `warn` otherwise."""
    limit = bound.limit

    def worse(than: float) -> bool:
        return value > than if limit.better == "lower" else value < than

    if not worse(limit.good):
        return "pass"
    return "fail" if bound.level == "required" and limit.poor is not None and worse(limit.poor) else "warn"
