"""`callready replay` and `callready diff`: an old run judged again, and two runs beside each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .calling import ROOT, call, run
from .conftest import LabRun

CATALOGUE = ROOT / "catalog/webex-calling.toml"


def stricter(folder: Path) -> Path:
    """The built-in catalogue with a limit that no resolver keeps."""
    text = CATALOGUE.read_text(encoding="utf-8")
    limit = 'metric = "dns.latency", unit = "s", better = "lower", good = 0.1'
    assert text.count(limit) == 1
    file = folder / "stricter.toml"
    file.write_text(text.replace(limit, limit.replace("0.1", "0.000001")), encoding="utf-8")
    return file


def test_replay_under_the_same_rules_changes_nothing(lab_run: LabRun, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "replay", str(lab_run.json)) == (0, "Nothing changed.\n", "")


def test_replay_of_a_failed_run_changes_nothing(blocked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "replay", str(blocked)) == (0, "Nothing changed.\n", "")


def test_replay_gives_the_very_same_report(lab_run: LabRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    assert call(capsys, "replay", str(lab_run.json), "--report", f"json:{again}").status == 0
    assert json.loads(again.read_text("utf-8")) == json.loads(lab_run.json.read_text("utf-8"))


def test_replay_under_a_stricter_catalogue_tells_what_changed_and_why(
    lab_run: LabRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    called = call(capsys, "replay", str(lab_run.json), "--catalog", str(stricter(tmp_path)))
    assert called.status == 0
    lines = called.out.splitlines()
    assert lines[0].startswith("catalogue: ")
    assert "verdict: ready -> at-risk" in lines
    assert any("pass -> warn (limit 0.1 -> 1e-06)" in line for line in lines)
    assert any(line.startswith("now: dns.slow: ") for line in lines)


def test_replay_onto_standard_output_prints_the_report_alone(
    lab_run: LabRun, capsys: pytest.CaptureFixture[str]
) -> None:
    called = call(capsys, "replay", str(lab_run.json), "--report", "json:-")
    assert json.loads(called.out)["verdict"] == "ready"


def test_a_report_on_standard_output_is_utf8_whatever_the_terminal(lab_run: LabRun) -> None:
    called = run("replay", str(lab_run.json), "--report", "markdown:-", encoding="ascii")
    assert called.status == 0
    assert not called.out.isascii()


def test_replay_needs_the_plan(lab_run: LabRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = json.loads(lab_run.json.read_text("utf-8"))
    del document["plan"]
    called = call(capsys, "replay", str(written(tmp_path, document)))
    assert called.status == 3
    assert "holds no plan" in called.err


def test_replay_refuses_another_major_version(
    lab_run: LabRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = json.loads(lab_run.json.read_text("utf-8"))
    document["schema"]["major"] = 2
    called = call(capsys, "replay", str(written(tmp_path, document)))
    assert called.status == 3
    assert "is callready-report 2.0; this version reads callready-report 1.x" in called.err


def test_replay_refuses_parameters_of_another_version(
    lab_run: LabRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = json.loads(lab_run.json.read_text("utf-8"))
    document["tool"]["version"] = "9.0"
    for each in document["measurements"]:
        each["params"] = {}
    called = call(capsys, "replay", str(written(tmp_path, document)))
    assert (called.status, called.out) == (3, "")
    assert len(called.err.splitlines()) == 1
    assert "judge it with 9.0, which measured it" in called.err


def test_replay_reads_later_minor_versions(lab_run: LabRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = json.loads(lab_run.json.read_text("utf-8"))
    document["schema"]["minor"] = 9
    document["something_new"] = {"a": 1}
    assert call(capsys, "replay", str(written(tmp_path, document))).out == "Nothing changed.\n"


def test_diff_of_a_run_with_itself(lab_run: LabRun, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "diff", str(lab_run.json), str(lab_run.json)).out == "Nothing changed.\n"


def test_diff_tells_what_broke(lab_run: LabRun, blocked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = call(capsys, "diff", str(lab_run.json), str(blocked)).out.splitlines()
    assert "verdict: ready -> not-ready" in lines
    assert any(line.startswith("now: firewall.tcp_blocked: ") for line in lines)
    assert any(line.startswith("persona desk-phone: ready -> not-ready") for line in lines)
    assert not any(line.startswith("persona webex-web-app") for line in lines)
    assert any(line.startswith("P1b for desk-phone: met -> unmet") for line in lines)


def test_diff_tells_what_was_repaired(lab_run: LabRun, blocked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = call(capsys, "diff", str(blocked), str(lab_run.json)).out.splitlines()
    assert "verdict: not-ready -> ready" in lines
    assert any(line.startswith("no longer: firewall.tcp_blocked: ") for line in lines)


def test_the_example_of_the_readme_is_what_is_printed(blocked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = (ROOT / "README.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0]
    assert len(example.splitlines()) > 10
    assert call(capsys, "replay", str(blocked), "--report", "text:-").out.startswith(example)


def written(folder: Path, document: dict[str, Any]) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file
