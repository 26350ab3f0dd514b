"""The report formats by name. A renderer and what it needs are imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable

from probe.model.report import Report


def _json(report: Report) -> str:
    from .json_report import render

    return render(report)


def _markdown(report: Report) -> str:
    from .markdown import render

    return render(report)


def _html(report: Report) -> str:
    from .html import render

    return render(report)


def _text(report: Report) -> str:
    from .summary import render

    return render(report)


FORMATS: dict[str, Callable[[Report], str]] = {"json": _json, "markdown": _markdown, "html": _html, "text": _text}
