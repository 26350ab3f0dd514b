"""The final summary goes to a terminal in colour, elsewhere as plain lines."""

from __future__ import annotations

import io

import pytest

from probe.ui.final import show_summary
from reports.summary import render
from tests.reports.hostile import hostile
from tests.reports.samples import tcp_blocked


class Screen(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_plain_without_a_terminal() -> None:
    sink = io.TextIOWrapper(raw := io.BytesIO(), encoding="utf-8")
    show_summary(tcp_blocked(), written={"json": "r.json"}, stream=sink)
    sink.flush()
    assert raw.getvalue().decode() == render(tcp_blocked(), written={"json": "r.json"})


def test_colour_on_a_terminal() -> None:
    show_summary(tcp_blocked(), stream=(screen := Screen()))
    assert "\x1b[" in screen.getvalue()


def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    show_summary(tcp_blocked(), stream=(screen := Screen()))
    assert not [part for part in screen.getvalue().split("\x1b[")[1:] if part[0] in "349"]
    assert "NOT-READY" in screen.getvalue()


def test_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    show_summary(tcp_blocked(), stream=(screen := Screen()))
    assert screen.getvalue() == render(tcp_blocked())


def test_data_cannot_drive_the_terminal() -> None:
    show_summary(hostile(), stream=(screen := Screen()))
    sequences = {part.partition("m")[0] for part in screen.getvalue().split("\x1b[")[1:]}
    assert all(set(each) <= set("0123456789;") for each in sequences)
    assert "\x9b" not in screen.getvalue()
    assert "[red]markup[/red]" in screen.getvalue().replace("\n", "")
