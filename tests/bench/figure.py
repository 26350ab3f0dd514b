"""How a figure is measured and printed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple


class Run(NamedTuple):
    """One finished process: seconds of wall time, bytes of peak memory, what it printed."""

    wall: float
    peak: int
    output: str


def process(argv: Sequence[str], *, env: Mapping[str, str] | None = None, statuses: range = range(1)) -> Run:
    """Raises RuntimeError, with what it said, when it ends with another status."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        child = subprocess.Popen(argv, stdout=output, stderr=errors, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if child.returncode not in statuses:
            said = errors.read()[-2000:].decode("utf-8", "replace")
            raise RuntimeError(f"{' '.join(argv[-4:])} ended with {child.returncode}: {said}")
        scale = 1 if sys.platform == "darwin" else 1024
        return Run(wall, usage.ru_maxrss * scale, output.read().decode())


def middle(measure: Callable[[], float], times: int = 5) -> float:
    return median(measure() for _ in range(times))


def show(name: str, value: str, beside: str = "") -> None:
    print(f"{name:<52} {value:<26} {beside}".rstrip(), flush=True)
