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
        if each.status in {"done", "cut_short"} and each.observations and each.kind in checks:
            check = checks[each.kind]
            found += check.judge(each, msgspec.convert(each.params, check.params), limits)
    return found
