"""How a figure is measured and printed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple


class Run(NamedTuple):
    """One finished process: seconds of wall time, bytes of peak memory, what it printed."""

    wall: float
    peak: int
    output: str


def process(argv: Sequence[str], *, cwd: str | None = None, env: dict[str, str] | None = None) -> Run:
    """Raises RuntimeError when it ends with a signal, or with a status above 3."""
    began = time.perf_counter()
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=cwd, env=env)
    with child.stdout as stream:  # type: ignore[union-attr]
        output = stream.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if not 0 <= child.returncode <= 3:
        raise RuntimeError(f"{argv[0]} ended with {child.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_maxrss * scale, output)


def middle(measure: Callable[[], float], times: int = 5) -> float:
    return median(measure() for _ in range(times))


def show(name: str, value: str, beside: str = "") -> None:
    print(f"{name:<52} {value:<26} {beside}".rstrip(), flush=True)
