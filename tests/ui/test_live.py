"""The live view on a terminal: a real pseudo-terminal, resized and interrupted."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest
from rich.console import Console

from probe.engine.events import RunStarted, TaskStarted
from probe.ui.live import MOST, LiveView

from .events import REFUSED, finished, plan, whole

HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"
CHILD = """
import sys, threading
from tests.ui.events import plan, whole
from probe.ui.choose import view

run = plan(dns=3, tls=40)
events = list(whole(run, frozenset({"tls0", "tls7"})))
with view(run) as listener:
    for event in events[:-4]:
        listener.hear(event)
    print("MIDWAY", file=sys.stdout, flush=True)
    if sys.argv[1] == "wait":
        threading.Event().wait()
    sys.stdin.readline()
    for event in events[-4:]:
        listener.hear(event)
    if sys.argv[1] == "exit":
        sys.exit(7)
"""


class Terminal:
    """A child on a pseudo-terminal of its own."""

    def __init__(self, how: str, **environment: str) -> None:
        self.end, far = pty.openpty()
        self.size(80, 24)
        names = {"TERM": "xterm-256color", "PYTHONPATH": os.getcwd(), "PYTHONUTF8": "1", **environment}
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.child = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CHILD, how],
            stdin=far,
            stdout=far,
            stderr=far,
            env={**kept, **names},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - makes it the controlling terminal
        )
        os.close(far)
        self.seen = b""

    def size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, mark: bytes) -> None:
        while mark not in self.seen:
            more = self._read()
            assert more, self.seen
            self.seen += more

    def rest(self) -> int:
        while more := self._read():
            self.seen += more
        return self.child.wait(timeout=20)

    def _read(self) -> bytes:
        try:
            return os.read(self.end, 65536)
        except OSError as error:  # the last holder of the far end has closed it
            if error.errno == errno.EIO:
                return b""
            raise

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait(timeout=20)
        os.close(self.end)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_whole_run_with_resizes(terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal("end"))
    terminal.until(b"MIDWAY")
    for columns, rows in ((1, 1), (3, 50), (0, 0), (200, 2)):
        terminal.size(columns, rows)
    os.write(terminal.end, b"\n")
    assert terminal.rest() == 0
    assert b"Traceback" not in terminal.seen
    assert b"host7.example:8934" in terminal.seen
    assert terminal.seen.rindex(SHOW) > terminal.seen.rindex(HIDE)


def test_interrupt_gives_the_terminal_back(terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal("wait"))
    terminal.until(b"MIDWAY")
    os.write(terminal.end, b"\x03")
    assert terminal.rest() != 0
    assert b"KeyboardInterrupt" in terminal.seen
    assert terminal.seen.rindex(SHOW) > terminal.seen.rindex(HIDE)


def test_exit_within_the_view(terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal("exit"))
    terminal.until(b"MIDWAY")
    os.write(terminal.end, b"\n")
    assert terminal.rest() == 7
    assert terminal.seen.rindex(SHOW) > terminal.seen.rindex(HIDE)


def test_no_colour(terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal("end", NO_COLOR="1"))
    terminal.until(b"MIDWAY")
    os.write(terminal.end, b"\n")
    assert terminal.rest() == 0
    assert HIDE in terminal.seen
    assert b"\x1b[3" not in terminal.seen.replace(b"\x1b[39m", b"")
    assert "✗".encode() in terminal.seen


def test_dumb_terminal_gets_lines(terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal("end", TERM="dumb"))
    terminal.until(b"MIDWAY")
    os.write(terminal.end, b"\n")
    assert terminal.rest() == 0
    assert b"\x1b" not in terminal.seen
    assert b"tls: 38 of 40 answered, 2 failed" in terminal.seen


def test_failures_beyond_the_first_are_counted() -> None:
    sink = io.StringIO()
    run = plan(tls=MOST + 3)
    with LiveView(Console(file=sink, force_terminal=True, width=100, height=30), run) as view:
        view.hear(RunStarted(plan=run))
        for task in run.tasks:
            view.hear(finished(task, REFUSED))
        assert view._draw().plain.endswith("and 3 more failures, see the report")
    assert sum("connect: refused" in line for line in sink.getvalue().splitlines()) == MOST


def test_a_terminal_that_breaks_ends_the_view_and_not_the_run() -> None:
    class Broken(io.StringIO):
        broken = False

        def write(self, text: str) -> int:
            if self.broken:
                raise OSError(errno.EIO, "gone")
            return super().write(text)

    sink = Broken()
    run = plan(tls=2)
    view = LiveView(Console(file=sink, force_terminal=True, width=80, height=24), run)
    view.hear(RunStarted(plan=run))
    sink.broken = True
    view._live.refresh()  # what its thread does
    for task in run.tasks:
        view.hear(TaskStarted(task=task))
        view.hear(finished(task, REFUSED))
    view.close()


def test_a_terminal_without_utf8_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    run = plan(dns=2, **{"東京": 1})
    with LiveView(Console(file=stream, force_terminal=True, width=80, height=24), run) as view:
        for event in whole(run, frozenset({"dns1"})):
            view.hear(event)
    stream.flush()
    assert b"x dns host1.example:8934 connect: refused" in raw.getvalue().replace(b"\x1b[31m", b"").replace(
        b"\x1b[0m", b""
    )
