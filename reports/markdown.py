"""The report as Markdown, for a support case or a mail: everything needed to act, nothing to click."""

from __future__ import annotations

from probe.model.report import Report

from .facts import facts
from .firewall_request import firewall_request
from .gaps import gaps, some
from .headline import headline, site_name
from .markdown_diagnoses import diagnoses
from .markdown_syntax import escape, table
from .poor_values import poor_values
from .quantity import seconds, share
from .rows import shortfalls
from .wording import SIGN


def render(report: Report) -> str:
    """CommonMark with GitHub's tables; lines end in `\\n`."""
    sections = (
        _head(report),
        _score(report),
        _personas(report),
        diagnoses(report),
        _shortfalls(report),
        _values(report),
        _gaps(report),
        _facts("Site", report.site),
        _facts("Environment", report.environment),
        _identity(report),
        _firewall(report),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _head(report: Report) -> list[str]:
    top = headline(report)
    name = site_name(report)
    return [
        "# Webex Calling network readiness" + (f": {escape(name)}" if name else ""),
        "",
        f"**{SIGN[top.verdict]} {top.verdict}.** {escape(top.sentence)}",
        *(f"\n> **Note:** {escape(caveat)}" for caveat in top.caveats),
        "",
        f"Measured {escape(report.started_at)}, for {seconds(report.duration)}. Report {escape(report.id)}.",
    ]


def _score(report: Report) -> list[str]:
    score = report.score
    total = sum(part.weight for part in score.parts)
    value = "No score: too little was measured." if score.value is None else f"**{score.value}** of 100."
    lines = ["## Score", "", value]
    if score.capped_by:
        lines.append(f"Held down by: {escape(score.capped_by)}.")
    if score.parts:
        rows = [
            (p.name, share(p.weight, total), "not measured" if p.value is None else f"{p.value:.0f}", p.because)
            for p in score.parts
        ]
        lines += ["", *table(("Part", "Weight", "Points of 100", "Because"), rows)]
    return lines


def _personas(report: Report) -> list[str]:
    rows = [
        (f"{SIGN[p.verdict]} {p.verdict}", p.title, p.id, "no score" if p.score is None else p.score)
        for p in report.personas
    ]
    return ["## Kinds of client", "", *table(("Verdict", "Client", "Persona", "Score"), rows)] if rows else []


def _shortfalls(report: Report) -> list[str]:
    found = shortfalls(report)
    if not found:
        return ["## Requirements not met or not proven", "", "None." if report.requirements else "None were judged."]
    rows = [
        (
            f"{SIGN[gap.status]} {gap.status}",
            gap.level,
            f"{gap.row} {gap.title}",
            gap.flow,
            f"{gap.detail} ({gap.coverage})",
            ", ".join(gap.personas),
        )
        for gap in found
    ]
    head = ("Status", "Level", "Requirement", "Flow", "Detail", "Personas")
    return ["## Requirements not met or not proven", "", *table(head, rows)]


def _values(report: Report) -> list[str]:
    rows = [
        (f"{SIGN[v.verdict]} {v.verdict}", v.title, v.target, v.value, v.limit, v.source) for v in poor_values(report)
    ]
    head = ("Verdict", "Finding", "Target", "Value", "Limit", "Source")
    return ["## Findings worse than good", "", *table(head, rows)] if rows else []


def _gaps(report: Report) -> list[str]:
    rows = [(gap.kind, len(gap.targets), some(gap.targets), gap.reason) for gap in gaps(report)]
    lines = ["## Not measured, and why", ""]
    return lines + (
        table(("What", "Number", "Targets", "Reason"), rows) if rows else ["Everything asked for was measured."]
    )


def _facts(title: str, values: dict[str, object]) -> list[str]:
    rows = facts(values)
    return [f"## {title}", "", *table(("Name", "Value"), rows)] if rows else []


def _identity(report: Report) -> list[str]:
    rows = [
        ("Tool", f"{report.tool.name} {report.tool.version}"),
        ("Catalogue", f"{report.catalog.name}, released {report.catalog.released}"),
        ("Catalogue digest", report.catalog.digest),
        ("Schema", f"{report.schema.name} {report.schema.major}.{report.schema.minor}"),
    ]
    return ["## Made with", "", *table(("Name", "Value"), rows)]


def _firewall(report: Report) -> list[str]:
    rules = firewall_request(report)
    if not rules:
        return []
    rows = [
        (rule.protocol, "clients of this site", rule.source_ports, ", ".join(rule.destinations) or "any", rule.ports)
        for rule in rules
    ]
    lines = [
        "## Firewall request",
        "",
        "Please allow these flows outbound, and the replies that belong to them. Nothing else is asked for.",
        "",
        *table(("Protocol", "Source", "Source ports", "Destination", "Destination ports"), rows),
        "",
        "Reasons, one for each line of the table:",
        "",
    ]
    for number, rule in enumerate(rules, 1):
        seen = f"; the last device that handled the flow: {rule.last_seen}" if rule.last_seen else ""
        lines.append(f"{number}. {escape(rule.because + seen)}")
    return lines
