"""The diagnoses as Markdown: what is in the way, where, why we say so and what fixes it."""

from __future__ import annotations

from probe.model.report import Report
from probe.model.verdict import Diagnosis

from .firewall_request import where
from .markdown_syntax import bullets, escape
from .proof import Proofs, proofs
from .wording import OWNER

MOST = 12
"""Observations listed below one diagnosis."""


def diagnoses(report: Report) -> list[str]:
    if not report.diagnoses:
        return ["## Diagnoses", "", "None: no measurement pointed at a definite cause."]
    known = proofs(report)
    lines = ["## Diagnoses"]
    for number, diagnosis in enumerate(report.diagnoses, 1):
        lines += ["", *_diagnosis(number, diagnosis, known)]
    return lines


def _diagnosis(number: int, diagnosis: Diagnosis, known: Proofs) -> list[str]:
    lines = [
        f"### {number}. {escape(diagnosis.title)}",
        "",
        f"- Code: {escape(diagnosis.code)} ({diagnosis.confidence})",
        f"- Owner: {OWNER[diagnosis.owner]}",
    ]
    if diagnosis.where:
        lines.append(f"- Last device that handled the flow: {escape(where(diagnosis.where))}")
    if scope := diagnosis.scope:
        lines.append(
            f"- Scope: {escape(scope.protocol.upper())} from port {escape(', '.join(scope.source_ports) or 'any')} "
            f"to port {escape(', '.join(scope.ports) or 'any')} of {escape(', '.join(scope.destinations) or 'any')}"
        )
    lines += [f"- **Fix:** {escape(diagnosis.fix)}", "- Because:", *bullets(diagnosis.because, "  ")]
    if explained := known.explained(diagnosis):
        lines += ["- Explains:", *bullets(explained[:MOST], "  "), *_rest(len(explained))]
    if seen := known.behind(diagnosis):
        lines += ["- Evidence:", *bullets(seen[:MOST], "  "), *_rest(len(seen))]
    return lines


def _rest(count: int) -> list[str]:
    return [f"  - and {count - MOST} more, in the JSON report"] if count > MOST else []
