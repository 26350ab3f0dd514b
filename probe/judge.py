"""Measurements become findings: pure, so that an old run can be judged again under new limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from probe.checks.check import Check
from probe.checks.limits import Limits
from probe.model.measurement import Measurement
from probe.model.verdict import Finding


def judge(measurements: Iterable[Measurement], checks: Mapping[str, Check], limits: Limits) -> list[Finding]:
    """What was skipped or broke gives no finding; what was cut short gives those that it has evidence for."""
    found: list[Finding] = []
    for each in measurements:
        heard = _heard(each)
        if each.status in {"done", "cut_short"} and heard.observations and each.kind in checks:
            check = checks[each.kind]
            found += check.judge(heard, msgspec.convert(each.params, check.params), limits)
    return found


def _heard(measurement: Measurement) -> Measurement:
    """Without the operations that we broke off or slept through: they say nothing about the network."""
    kept = [o for o in measurement.observations if o.failure is None or not o.failure.kind.ours]
    return msgspec.structs.replace(measurement, observations=kept)
