"""The final summary on a terminal, or as plain lines where there is none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TextIO

from probe.model.report import Report


def show_summary(report: Report, *, written: Mapping[str, str] | None = None, stream: TextIO | None = None) -> None:
    """Prints to `stream` (standard output by default). `written`: where each report format went."""
    from rich.console import Console

    from reports.summary import build, render

    stream = sys.stdout if stream is None else stream
    ascii_terminal = not (getattr(stream, "encoding", None) or "ascii").lower().startswith("utf")
    console = Console(file=stream, highlight=False, emoji=False)
    if not console.is_terminal or console.is_dumb_terminal:
        stream.write(render(report, written=written, ascii=ascii_terminal))
        return
    for part in build(report, written=written, ascii=ascii_terminal):
        console.print(part)
