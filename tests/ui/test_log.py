"""The plain log: sparse, and never in the way of a run."""

from __future__ import annotations

import io

import pytest

from probe.engine.events import RunFinished, RunStarted
from probe.ui.choose import view
from probe.ui.log import LineLog

from .events import finished, plan, whole


def test_lines() -> None:
    sink = io.StringIO()
    run = plan(dns=2, tls=3)
    times = iter([0.0, 0.0, *[14.2] * 20])
    log = LineLog(sink, run, clock=lambda: next(times))
    for event in whole(run, frozenset({"tls1"})):
        log.hear(event)
    assert sink.getvalue().splitlines() == [
        "callready: 5 tasks of 2 kinds begin",
        "dns: 2 of 2 answered",
        "tls: 2 of 3 answered, 1 failed "
        "(first: host1.example:8934 connect: refused after 100 ms (nothing listens there))",
        "callready: finished in 14.2 s",
    ]


def test_a_run_cut_short() -> None:
    sink = io.StringIO()
    run = plan(dns=2)
    log = LineLog(sink, run, clock=lambda: 1.0)
    for event in (
        RunStarted(plan=run),
        finished(run.tasks[0], status="broken", reason="x"),
        RunFinished(cut_short=True),
    ):
        log.hear(event)
    assert sink.getvalue().splitlines()[1:] == ["callready: cut short after 0.0 ms"]


def test_a_closed_stream_ends_nothing() -> None:
    sink = io.StringIO()
    sink.close()
    log = LineLog(sink, plan(dns=1))
    for event in whole(plan(dns=1)):
        log.hear(event)


def test_ascii_where_the_stream_is() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1", errors="strict")
    run = plan(**{"東京": 1})
    with LineLog(stream, run) as log:
        for event in whole(run):
            log.hear(event)
    stream.flush()
    assert raw.getvalue().isascii()
    assert b"1 of 1 answered" in raw.getvalue()


@pytest.mark.parametrize("quiet", [True, False])
def test_without_a_terminal_there_is_a_log_unless_quiet(quiet: bool) -> None:
    sink = io.StringIO()
    with view(plan(dns=1), quiet=quiet, stream=sink) as listener:
        for event in whole(plan(dns=1)):
            listener.hear(event)
    assert (sink.getvalue() == "") is quiet
    assert "\x1b" not in sink.getvalue()
