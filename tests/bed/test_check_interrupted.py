"""Ctrl-C in the middle of a real run: what was measured until then is a valid report, marked as cut short."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from .bed import Bed

SCHEMA = json.loads((Path(__file__).parents[2] / "reports" / "callready-report.schema.json").read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_reports_what_it_has(bed: Bed, tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "report.json"
    command = [sys.executable, "-m", "probe", "check", "--public-roots", str(bed.roots), "--report", f"json:{path}"]
    with (
        bed.gateway.drop("tcp dport 8934"),
        bed.site.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running,
    ):
        # HTTPS is done while the dropped port is still being waited for.
        while not (line := running.stderr.readline()).startswith("https:"):
            assert line, "ended before it was interrupted"
        running.send_signal(number)
        said, _ = running.communicate(timeout=20)
    report = json.loads(path.read_text())
    jsonschema.validate(report, SCHEMA)
    assert report["cut_short"] is True
    assert report["verdict"] in {"undetermined", "not-ready"}
    assert running.returncode in {2, 3}
    states = {each["status"] for each in report["measurements"]}
    assert states == {"done", "cut_short"}
    assert len(report["measurements"]) == len(report["plan"]["tasks"])
    assert "Traceback" not in said
