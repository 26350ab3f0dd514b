"""The verdict in one sentence, and what must be known before believing it."""

from __future__ import annotations

import msgspec

from probe.model.report import Report
from probe.model.verdict import Verdict

from .quantity import several
from .rows import Shortfall, shortfalls


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    verdict: Verdict
    sentence: str
    score: str
    caveats: list[str]


def headline(report: Report) -> Headline:
    return Headline(
        verdict=report.verdict, sentence=_sentence(report), score=score_line(report), caveats=caveats(report)
    )


def score_line(report: Report) -> str:
    score = report.score
    line = "No score: too little was measured" if score.value is None else f"Score {score.value} of 100"
    return f"{line}, held down by: {score.capped_by}" if score.capped_by else line


def caveats(report: Report) -> list[str]:
    """Reasons to read the verdict with care."""
    notes = []
    if report.environment.get("lab"):
        notes.append("Measured against the embedded twin on this computer. It says nothing about a real network.")
    if report.cut_short:
        notes.append("The run was cut short: only what was measured until then is judged.")
    broken = sum(m.status == "broken" for m in report.measurements)
    if broken:
        notes.append(f"{several(broken, 'task')} broke through a fault in callready itself; see “not measured”.")
    return notes


def site_name(report: Report) -> str:
    """The name that the site file gives; empty without one."""
    name = report.site.get("name")
    return name if isinstance(name, str) else ""


def _sentence(report: Report) -> str:
    gaps = shortfalls(report)
    match report.verdict:
        case "not-ready":
            return _not_ready(report)
        case "undetermined":
            return _undetermined(report, _rows(gaps, "unverified", "required"))
        case "at-risk":
            return _at_risk(report, gaps)
        case "ready":
            return "Everything that Webex Calling requires was shown to work from this network."


def _rows(gaps: list[Shortfall], status: str, level: str) -> int:
    return len({gap.title for gap in gaps if gap.status == status and gap.level == level})


def _not_ready(report: Report) -> str:
    failing = [p.title for p in report.personas if p.verdict == "not-ready"]
    if not failing:
        return "Something that Webex Calling requires was shown not to work from this network."
    subject = f"{len(failing)} of {several(len(report.personas), 'kind')} of client cannot work from this network"
    if len(failing) == len(report.personas):
        subject = "No kind of client that was judged can work from this network"
    return f"{subject}: {', '.join(failing)}." if len(failing) <= 3 else f"{subject}."


def _undetermined(report: Report, unproven: int) -> str:
    if not any(m.status == "done" for m in report.measurements):
        return "Nothing was measured, so nothing can be said."
    if not unproven:
        return "Nothing required was seen to fail, but not enough was measured to call this network ready."
    return f"Nothing required was seen to fail, but {several(unproven, 'required row')} could not be proven."


def _at_risk(report: Report, gaps: list[Shortfall]) -> str:
    recommended = sum(
        _rows(gaps, status, "recommended") for status in ("unmet", "partly-met")
    )  # unverified is no shortfall
    values = sum(finding.verdict in ("warn", "fail") for finding in report.findings)
    reasons = []
    if recommended:
        reasons.append(f"{several(recommended, 'recommendation')} not met")
    if values:
        reasons.append(f"{several(values, 'measured value')} worse than good")
    why = " and ".join(reasons) or "something that is only recommended falls short"
    return f"Everything required works, but there is a risk: {why}."
