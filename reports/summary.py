"""The final summary for a terminal, or as plain text: a verdict understood in ten seconds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from probe.model.report import Report
from probe.model.verdict import Diagnosis

from .firewall_request import where
from .gaps import gaps, some
from .headline import headline, site_name
from .ink import Ink
from .poor_values import poor_values
from .quantity import several
from .rows import shortfalls
from .wording import OWNER, SIGN, STATUS_TONE, VERDICT_TONE

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 80
TOP = 3
"""Diagnoses shown in full."""
ROWS = 6
"""Lines of other lists."""


def render(report: Report, *, written: Mapping[str, str] | None = None, width: int = WIDTH, ascii: bool = False) -> str:
    """Plain text without colour, at most `width` columns, no blanks at line ends."""
    from rich.console import Console

    sink = io.StringIO()
    console = Console(file=sink, width=width, color_system=None, force_terminal=False, legacy_windows=False)
    for part in build(report, written=written, ascii=ascii):
        console.print(part, soft_wrap=False)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()).strip("\n") + "\n"


def build(report: Report, *, written: Mapping[str, str] | None = None, ascii: bool = False) -> Iterator[RenderableType]:
    """The parts, top to bottom. `written`: where each report format went."""
    ink = Ink(ascii)
    yield from _head(report, ink)
    yield from _personas(report, ink)
    yield from _diagnoses(report, ink)
    yield from _shortfalls(report, ink)
    yield from _values(report, ink)
    yield from _gaps(report, ink)
    if written:
        yield ink.heading("Reports")
        yield ink.columns([((name, ""), (place, "")) for name, place in written.items()])


def _head(report: Report, ink: Ink) -> Iterator[RenderableType]:
    top = headline(report)
    tone = VERDICT_TONE[top.verdict]
    if name := site_name(report):
        yield ink.line((f"Webex Calling network readiness: {name}", "quiet"))
    yield ink.line((f"{SIGN[top.verdict]} {top.verdict.upper()}", f"{tone}-banner"), (f"  {top.sentence}", "strong"))
    for caveat in top.caveats:
        yield ink.line((f"! Note: {caveat}", "warn"))
    yield ink.line((f"{top.score}.", ""))


def _personas(report: Report, ink: Ink) -> Iterator[RenderableType]:
    if not report.personas:
        return
    yield ink.heading("Kinds of client")
    yield ink.columns(
        [
            (
                (f"{SIGN[p.verdict]} {p.verdict}", VERDICT_TONE[p.verdict]),
                (p.title, ""),
                ("no score" if p.score is None else str(p.score), "quiet"),
            )
            for p in report.personas
        ]
    )


def _diagnoses(report: Report, ink: Ink) -> Iterator[RenderableType]:
    if not report.diagnoses:
        return
    yield ink.heading(f"What is in the way ({len(report.diagnoses)})")
    for number, diagnosis in enumerate(report.diagnoses[:TOP], 1):
        yield from _diagnosis(number, diagnosis, ink)
    if len(report.diagnoses) > TOP:
        codes = ", ".join(d.code for d in report.diagnoses[TOP:])
        yield ink.item(f"and {len(report.diagnoses) - TOP} more: {codes}")


def _diagnosis(number: int, diagnosis: Diagnosis, ink: Ink) -> Iterator[RenderableType]:
    yield ink.item((f"{number}. {diagnosis.title}", "strong"))
    about = f"{diagnosis.code} · {diagnosis.confidence} · owner: {OWNER[diagnosis.owner]}"
    if place := where(diagnosis.where):
        about += f" · last seen at {place}"
    yield ink.item((about, "quiet"), deep=True)
    yield ink.item(("Fix: ", "good"), diagnosis.fix, deep=True)


def _shortfalls(report: Report, ink: Ink) -> Iterator[RenderableType]:
    found = [gap for gap in shortfalls(report) if gap.level != "informational"]
    if not found:
        return
    rows = len({gap.title for gap in found})
    yield ink.heading(f"Not met or not proven ({several(rows, 'row')})")
    shown = [
        (
            (f"{SIGN[gap.status]} {gap.status}", STATUS_TONE[gap.status]),
            (f"{gap.row} {gap.title}" + ("" if gap.level == "required" else f" ({gap.level})"), ""),
        )
        for gap in found
    ]
    distinct = list(dict.fromkeys(shown))
    yield ink.columns(distinct[:ROWS])
    if len(distinct) > ROWS:
        yield ink.item(f"and {len(distinct) - ROWS} more, in the full report")


def _values(report: Report, ink: Ink) -> Iterator[RenderableType]:
    explained = {id_ for diagnosis in report.diagnoses for id_ in diagnosis.explains}
    found = [value for value in poor_values(report) if value.id not in explained]
    if not found:
        return
    yield ink.heading(f"Worse than good ({several(len(found), 'finding')})")
    rows = []
    for value in found[:ROWS]:
        measured = f"{value.value} (limit {value.limit})" if value.limit else value.value
        tone = "bad" if value.verdict == "fail" else "warn"
        rows.append(
            (
                (f"{SIGN[value.verdict]} {value.verdict}", tone),
                (f"{value.title}: {measured}" if measured else value.title, ""),
            )
        )
    yield ink.columns(rows)
    if len(found) > ROWS:
        yield ink.item(f"and {len(found) - ROWS} more, in the full report")


def _gaps(report: Report, ink: Ink) -> Iterator[RenderableType]:
    found = gaps(report)
    if not found:
        return
    yield ink.heading("Not measured")
    yield ink.columns(
        [((f"{SIGN['skipped']} {gap.kind}", ""), (f"{gap.reason}: {some(gap.targets, 2)}", "")) for gap in found[:ROWS]]
    )
    if len(found) > ROWS:
        yield ink.item(f"and {len(found) - ROWS} more, in the full report")
