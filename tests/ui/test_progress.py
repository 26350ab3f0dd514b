"""Counting a run, the time left, and the picture of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from probe.engine.events import TaskStarted
from probe.model.address import Target
from probe.ui.frame import frame
from probe.ui.progress import Progress
from reports.ink import Ink

from .events import REFUSED, finished, plan, whole


def test_counts_by_kind() -> None:
    run = plan(dns=2, tls=3)
    progress = Progress(run, 0.0)
    for event in whole(run, frozenset({"tls1"})):
        progress.hear(event, 1.0)
    assert {kind: (a.finished, a.total, a.failed, a.state) for kind, a in progress.areas.items()} == {
        "dns": (2, 2, 0, "answered"),
        "tls": (3, 3, 1, "failed"),
    }
    assert progress.areas["tls"].first_failure.startswith("host1.example:8934 connect: refused")
    assert progress.fraction(1.0) == 1.0


def test_states_on_the_way() -> None:
    run = plan(dns=2)
    progress = Progress(run, 0.0)
    assert progress.areas["dns"].state == "waiting"
    progress.hear(TaskStarted(task=run.tasks[0]), 0.0)
    assert progress.areas["dns"].state == "running"
    for task in run.tasks:
        progress.hear(finished(task, status="skipped", reason="no route"), 0.1)
    assert progress.areas["dns"].state == "skipped"


def test_time_left_follows_the_speed_so_far() -> None:
    run = plan(dns=4)
    progress = Progress(run, 10.0)
    assert progress.left(10.0) is None
    progress.hear(finished(run.tasks[0]), 12.0)
    assert progress.left(12.0) == pytest.approx(6.0)
    progress.hear(TaskStarted(task=run.tasks[1]), 12.0)
    assert progress.left(12.5) == pytest.approx(2.5 * 2.5 / 1.5)


def test_a_task_that_hangs_never_reads_as_finished() -> None:
    run = plan(dns=1)
    progress = Progress(run, 0.0)
    progress.hear(TaskStarted(task=run.tasks[0]), 0.0)
    assert progress.fraction(1000.0) == pytest.approx(0.9)


def test_a_task_that_no_plan_named_is_counted() -> None:
    (extra,) = plan(nat=1).tasks
    progress = Progress(plan(dns=1), 0.0)
    progress.hear(finished(extra, REFUSED), 1.0)
    assert (progress.areas["nat"].total, progress.areas["nat"].failed) == (1, 1)


def test_an_empty_plan_is_done() -> None:
    assert Progress(plan(), 0.0).fraction(5.0) == 1.0


@given(width=st.integers(0, 200), height=st.integers(0, 40), events=st.integers(0, 40), plain=st.booleans())
def test_the_picture_fits_any_terminal(width: int, height: int, events: int, plain: bool) -> None:
    run = plan(dns=3, tls=5, **{"udp-range": 4, "東京": 2})
    progress = Progress(run, 0.0)
    for count, event in enumerate(whole(run, frozenset({"tls1"}))):
        if count < events:
            progress.hear(event, count * 0.3)
    text = frame(progress, 3.0, width=width, height=height, ink=Ink(plain), hidden=2).plain
    lines = text.split("\n")
    assert len(lines) <= max(height - 1, 1)
    assert all(cell_len(line) <= max(width - 1, 1) for line in lines)
    assert text.isascii() or not plain


def test_the_picture_at_80_columns() -> None:
    run = plan(dns=2, tls=4, https=1)
    progress = Progress(run, 0.0)
    events = list(whole(run, frozenset({"tls0"})))
    for event in events[:8]:
        progress.hear(event, 2.0)
    lines = frame(progress, 4.0, width=80, height=24, ink=Ink()).plain.split("\n")
    assert lines[0].endswith("3/7  56%  about 3.0 s left")
    assert lines[1:] == [
        "  ✓ dns      2/2",
        "  › tls      1/4  1 failed  host1.example:8934",
        "  · https    0/1",
    ]


def test_targets_are_harmless() -> None:
    run = plan(dns=2)
    progress = Progress(run, 0.0)
    evil = Target(host="\x1b[2Jx", port=1)
    progress.hear(TaskStarted(task=type(run.tasks[0])(**{**_fields(run.tasks[0]), "target": evil})), 0.0)
    assert "\x1b" not in frame(progress, 1.0, width=80, height=24, ink=Ink()).plain


def _fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]
