"""A machine that is suspended in the middle of a run has missed answers: nobody is blamed for that."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from probe.model.failure import FailureKind
from probe.model.report import Report

from .bed import Bed

SUSPENDED = 7.0
"""Seconds: longer than any single answer is waited for."""


def test_a_suspended_machine_blames_nobody(bed: Bed, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    command = [sys.executable, "-m", "probe", "check", "--public-roots", str(bed.roots), "--report", f"json:{path}"]
    with bed.site.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        # With HTTPS done, QUIC is still waiting for answers that nobody gives here.
        while not (line := running.stderr.readline()).startswith("https:"):
            assert line, "ended before it was suspended"
        running.send_signal(signal.SIGSTOP)
        threading.Event().wait(SUSPENDED)
        running.send_signal(signal.SIGCONT)
        running.communicate(timeout=60)
    report = msgspec.json.decode(path.read_bytes(), type=Report)
    failures = [o.failure.kind for m in report.measurements for o in m.observations if o.failure is not None]
    assert FailureKind.STALLED in failures
    assert report.diagnoses == []
    assert not [each.id for each in report.requirements if each.status in {"unmet", "partly-met"}]
    assert running.returncode == 3
