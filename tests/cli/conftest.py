"""One run against the healthy twin, and one against a broken one, for all tests that need a report."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from .calling import Called, run


class LabRun(NamedTuple):
    called: Called
    json: Path
    """The report as a file, of the same run."""


@pytest.fixture(scope="session")
def lab_run(tmp_path_factory: pytest.TempPathFactory) -> LabRun:
    """`check --lab`, healthy: JSON on standard output, and once more in a file."""
    file = tmp_path_factory.mktemp("lab") / "report.json"
    called = run("check", "--lab", "--seed", "7", "--report", "json:-", "--report", f"json:{file}")
    return LabRun(called, file)


@pytest.fixture(scope="session")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run in which nothing gets through to TCP 8934."""
    file = tmp_path_factory.mktemp("blocked") / "report.json"
    called = run("lab", "--fault", "tcp-drop:8934", "--seed", "7", "--quiet", "--report", f"json:{file}")
    assert called.status == 2, called.err
    return file
