"""What was not measured, and why: what the plan left out, what broke, and what a run that was cut short never did."""

from __future__ import annotations

import msgspec

from probe.model.report import Report


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    reason: str
    targets: list[str]
    """Without repeats."""


def gaps(report: Report) -> list[Gap]:
    """One entry per kind and reason, in the order met."""
    found: dict[tuple[str, str], dict[str, None]] = {}

    def add(kind: str, reason: str | None, target: object) -> None:
        found.setdefault((kind, reason or "no reason was recorded"), {})[str(target)] = None

    for measurement in report.measurements:
        if measurement.status != "done":
            prefix = {"broken": "fault in callready: ", "cut_short": "cut short: "}.get(measurement.status, "")
            add(measurement.kind, prefix + (measurement.reason or "no reason was recorded"), measurement.target)
    if report.plan:
        for skipped in report.plan.skipped:
            add(skipped.kind, skipped.reason, f"{skipped.row} ({skipped.target})")
        said = {(skipped.row, skipped.reason) for skipped in report.plan.skipped}
        seen = {measurement.task for measurement in report.measurements}
        for task in report.plan.tasks:
            if task.id not in seen:
                add(task.kind, "not begun when the run ended", task.target)
        for requirement in report.plan.requirements:
            if requirement.unmeasured and (requirement.id, requirement.unmeasured) not in said:
                add(requirement.row, requirement.unmeasured, requirement.title)
    return [Gap(kind=kind, reason=reason, targets=list(targets)) for (kind, reason), targets in found.items()]


def some(targets: list[str], most: int = 4) -> str:
    """The first few, and how many more."""
    shown = ", ".join(targets[:most])
    return f"{shown} and {len(targets) - most} more" if len(targets) > most else shown
