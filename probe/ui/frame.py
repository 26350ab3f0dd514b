"""One picture of a run in progress, as lines cut to the width and height of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.ink import Ink
from reports.quantity import seconds
from reports.wording import SIGN

from .progress import Area, Progress

if TYPE_CHECKING:
    from rich.text import Text

_TONE = {
    "answered": "good",
    "failed": "bad",
    "running": "strong",
    "waiting": "quiet",
    "skipped": "quiet",
    "silent": "quiet",
}
BAR = 24
"""Columns at most."""


def frame(progress: Progress, now: float, *, width: int, height: int, ink: Ink, hidden: int = 0) -> Text:
    """`hidden`: failures that were not printed above the picture."""
    lines = [_overall(progress, now, width, ink)]
    room = max(height - 2, 1)
    areas = list(progress.areas.items())
    if len(areas) > room:  # what is finished has least news
        areas = sorted(areas, key=lambda item: item[1].done)[:room]
    name = max((len(kind) for kind, _ in areas), default=0)
    lines += [_area(kind, area, min(name, 24), width, ink) for kind, area in areas]
    if hidden:
        lines.append(ink.line((f"  and {hidden} more failures, see the report", "quiet")))
    for line in lines:
        _cut(line, width)
    from rich.text import Text

    return Text("\n", no_wrap=True, overflow="crop", end="").join(lines[: max(height - 1, 1)])


def _overall(progress: Progress, now: float, width: int, ink: Ink) -> Text:
    finished, total = progress.tasks
    share, left = progress.fraction(now), progress.left(now)
    wait = "estimating the time left" if left is None else f"about {seconds(round(left))} left"
    if left is not None and left < 1:
        wait = "almost done"
    if finished >= total:
        wait = "finishing"
    bar = max(min(BAR, width - 50), 0)
    full = round(bar * share)
    pieces = [("callready ", "strong"), ("━" * full, "good"), ("─" * (bar - full), "quiet")]
    return ink.line(*pieces, f"{' ' if bar else ''}{finished}/{total}  {share:.0%}  {wait}")


def _area(kind: str, area: Area, name: int, width: int, ink: Ink) -> Text:
    line = ink.line(
        (f"  {SIGN[area.state]} ", _TONE[area.state]),
        f"{ink.safe(kind)[:name]:<{name}} ",
        (f"{area.finished:>4}/{area.total}", "strong" if area.state == "running" else ""),
    )
    if area.failed:
        line.append_text(ink.line((f"  {area.failed} failed", "bad")))
    if area.silent:
        line.append_text(ink.line((f"  {area.silent} silent", "quiet")))
    if area.unmeasured:
        line.append_text(ink.line((f"  {area.unmeasured} not measured", "warn")))
    if area.running and width >= 60:
        newest = next(reversed(area.running.values()))
        line.append_text(ink.line((f"  {newest.target}", "quiet")))
    return line


def _cut(line: Text, width: int) -> None:
    line.no_wrap = True
    line.truncate(max(width - 1, 1), overflow="crop")
