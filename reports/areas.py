"""The measurements by kind, each with its outcome, the time of every step and its metrics."""

from __future__ import annotations

from collections import Counter

import msgspec

from probe.model.measurement import Measurement
from probe.model.report import Report

from .observed import describe
from .outcome import outcome
from .quantity import quantity, seconds


class Line(msgspec.Struct, frozen=True, kw_only=True):
    target: str
    word: str
    detail: str
    steps: str
    """Operations and their times, such as `connect 12.0 ms · handshake 31.4 ms`."""
    observed: list[str]
    metrics: list[str]
    traceback: str | None


class Area(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    lines: list[Line]

    @property
    def counts(self) -> str:
        """`28 answered, 2 failed`."""
        return ", ".join(f"{count} {word}" for word, count in Counter(line.word for line in self.lines).most_common())


def areas(report: Report) -> list[Area]:
    kinds: dict[str, list[Line]] = {}
    for measurement in report.measurements:
        kinds.setdefault(measurement.kind, []).append(_line(measurement))
    return [Area(kind=kind, lines=lines) for kind, lines in kinds.items()]


def _line(measurement: Measurement) -> Line:
    result = outcome(measurement)
    return Line(
        target=str(measurement.target),
        word=result.word,
        detail=result.detail,
        steps=_steps(measurement),
        observed=[f"{o.id}: {describe(o)}" for o in measurement.observations],
        metrics=[f"{m.name} {quantity(m.value, m.unit)}" for m in measurement.metrics],
        traceback=measurement.traceback,
    )


def _steps(measurement: Measurement) -> str:
    """Repeated operations as one entry with their number and the slowest time."""
    times: dict[str, list[float]] = {}
    for observation in measurement.observations:
        times.setdefault(observation.operation, []).append(observation.duration)
    return " · ".join(
        f"{operation} {seconds(taken[0])}"
        if len(taken) == 1
        else f"{operation} {len(taken)}×, slowest {seconds(max(taken))}"
        for operation, taken in times.items()
    )
