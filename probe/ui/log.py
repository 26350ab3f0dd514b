"""The plain log of a run, where there is no terminal: begin, one line for each finished kind of check, end."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from probe.engine.events import Event, RunFinished, RunStarted, TaskFinished
from probe.model.plan import Plan
from reports.ink import LONGEST
from reports.quantity import seconds, several
from reports.safe_text import visible
from reports.wording import ascii_only

from .progress import Area, Progress


class LineLog:
    """Hears a run; nothing it does can end one."""

    def __init__(self, stream: TextIO, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._ascii = not (getattr(stream, "encoding", None) or "ascii").lower().startswith("utf")
        self._progress = Progress(plan, clock())

    def __enter__(self) -> LineLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def hear(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._progress = Progress(event.plan, self._clock())
            kinds = several(len(self._progress.areas), "kind")
            self._write(f"callready: {several(len(event.plan.tasks), 'task')} of {kinds} begin")
            return
        self._progress.hear(event, self._clock())
        if isinstance(event, RunFinished):
            how = "cut short after" if event.cut_short else "finished in"
            self._write(f"callready: {how} {seconds(self._clock() - self._progress.begun)}")
        elif isinstance(event, TaskFinished) and (area := self._progress.areas[event.task.kind]).done:
            self._write(_line(event.task.kind, area))

    def _write(self, text: str) -> None:
        text = visible(text, limit=LONGEST)
        try:
            print(ascii_only(text) if self._ascii else text, file=self._stream, flush=True)
        except (OSError, ValueError):  # closed, or nobody reads any more
            return


def _line(kind: str, area: Area) -> str:
    answered = area.total - area.failed - area.silent - area.unmeasured
    line = f"{kind}: {answered} of {area.total} answered"
    if area.failed:
        line += f", {area.failed} failed (first: {area.first_failure})"
    if area.silent:
        line += f", {area.silent} silent"
    if area.unmeasured:
        line += f", {area.unmeasured} not measured"
    return line
