"""The live view on a terminal: failures scroll by as they come, below them one line for each kind of check."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from probe.engine.events import Event, RunFinished, RunStarted, TaskFinished
from probe.model.plan import Plan
from reports.ink import Ink
from reports.wording import SIGN

from .frame import frame
from .progress import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MOST = 15
"""Failures printed above the picture; the rest is counted."""


class LiveView:
    """Hears a run. Leaving the context, or the program, gives the terminal back, whatever happened."""

    def __init__(self, console: Console, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        from .steady import SteadyLive

        self._console = console
        self._clock = clock
        self._ink = Ink(not console.encoding.lower().startswith("utf"))
        self._lock = threading.Lock()  # the picture is drawn by a thread of its own
        self._progress = Progress(plan, clock())
        self._failures = 0
        self._silent = False
        self._live = SteadyLive(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,  # a report may be written there
            vertical_overflow="crop",
        )

    def __enter__(self) -> LiveView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hear(self, event: Event) -> None:
        """Never raises: a view must not end a run."""
        if self._silent:
            return
        try:
            self._hear(event)
        except Exception:  # noqa: BLE001 - whatever a terminal does, the run goes on without the view
            self.close()

    def close(self) -> None:
        """Ends the view and restores the terminal; more calls do nothing."""
        self._silent = True
        atexit.unregister(self.close)
        try:
            self._live.stop()
        except (OSError, ValueError):  # the terminal is gone
            return

    def _hear(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            with self._lock:
                self._progress = Progress(event.plan, self._clock())
            atexit.register(self.close)
            self._live.start()
            return
        with self._lock:
            result = self._progress.hear(event, self._clock())
        if isinstance(event, RunFinished):
            self.close()
        elif isinstance(event, TaskFinished) and result and result.word in ("failed", "broken"):
            self._failures += 1
            if self._failures <= MOST:
                text = f"{event.task.kind} {event.task.target} {result.detail}"
                self._console.print(self._ink.line((f"{SIGN[result.word]} ", "bad"), text), soft_wrap=True)

    def _draw(self) -> Text:
        width, height = self._console.size
        hidden = max(self._failures - MOST, 0)
        with self._lock:
            return frame(self._progress, self._clock(), width=width, height=height, ink=self._ink, hidden=hidden)
