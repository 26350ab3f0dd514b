"""Findings that are not a pass, with value and limit in the unit of the metric they speak about."""

from __future__ import annotations

import msgspec

from probe.model.report import Report
from probe.model.verdict import Finding

from .quantity import quantity


class PoorValue(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    code: str
    verdict: str
    title: str
    target: str
    value: str
    limit: str
    source: str


def poor_values(report: Report) -> list[PoorValue]:
    """Failures first, then warnings."""
    units = {(m.task, metric.name): metric.unit for m in report.measurements for metric in m.metrics}
    targets = {m.task: str(m.target) for m in report.measurements}
    chosen = [f for f in report.findings if f.verdict in ("fail", "warn")]
    return [
        _value(finding, units.get((finding.task, finding.metric or "")), targets.get(finding.task, finding.task))
        for finding in sorted(chosen, key=lambda f: f.verdict != "fail")
    ]


def _value(finding: Finding, unit: str | None, target: str) -> PoorValue:
    return PoorValue(
        id=finding.id,
        code=finding.code,
        verdict=finding.verdict,
        title=finding.title,
        target=target,
        value=quantity(finding.value, unit),
        limit=quantity(finding.limit, unit),
        source=finding.source or "",
    )
