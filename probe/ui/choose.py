"""Which view a run gets: the live one on a terminal that can, a plain log elsewhere, none when quiet."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TextIO

from probe.engine.events import Event, Listener
from probe.model.plan import Plan

from .log import LineLog


class Silence:
    """Hears and says nothing."""

    def hear(self, event: Event) -> None:
        pass


def view(plan: Plan, *, quiet: bool = False, stream: TextIO | None = None) -> AbstractContextManager[Listener]:
    """A listener on `stream` (standard error by default), to be used in a `with` around the run."""
    stream = sys.stderr if stream is None else stream
    if quiet:
        return nullcontext(Silence())
    if not stream.isatty() or os.environ.get("TERM", "") in ("dumb", "unknown"):
        return LineLog(stream, plan)
    from rich.console import Console

    from .live import LiveView

    return LiveView(Console(file=stream, highlight=False, emoji=False), plan)
