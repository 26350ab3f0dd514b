"""Calls `callready` in this process, or as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from probe.cli.main import main

ROOT = Path(__file__).parents[2]
LIMIT = 120
"""Seconds after which a program that hangs is ended."""


class Called(NamedTuple):
    status: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *argv: str) -> Called:
    """In this process: quick, and nothing but Python is between the test and the command."""
    capsys.readouterr()
    try:
        status = main(argv)
    except SystemExit as ended:
        status = int(ended.code or 0)
    captured = capsys.readouterr()
    return Called(status, captured.out, captured.err)


def run(*argv: str, command: tuple[str, ...] = ("-m", "probe"), encoding: str = "utf-8") -> Called:
    """As a program, whose standard output has this encoding."""
    done = subprocess.run(
        [sys.executable, *command, *argv],
        env={**environment(), "PYTHONIOENCODING": encoding},
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    return Called(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """Finds the packages from every folder, and is no terminal."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, "TERM": "dumb"}
