"""Whole runs against the twin: exit status, pure standard output, and a report even when interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from probe.explanations.read import diagnoses, findings
from reports import schema

from .calling import LIMIT, ROOT, call, environment, run
from .conftest import LabRun


def read(text: str) -> dict[str, Any]:
    """One JSON document that obeys the committed schema."""
    document: dict[str, Any] = json.loads(text)
    committed = json.loads(schema.FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(committed).validate(document)
    return document


def test_a_healthy_site_is_ready(lab_run: LabRun) -> None:
    report = read(lab_run.json.read_text("utf-8"))
    assert report["verdict"] == "ready"
    assert lab_run.called.status == 0
    assert report["diagnoses"] == []
    assert {each["verdict"] for each in report["personas"]} == {"ready"}
    assert len(report["personas"]) == 8


def test_standard_output_is_one_json_document(lab_run: LabRun) -> None:
    assert lab_run.called.out == lab_run.json.read_text("utf-8")
    read(lab_run.called.out)


def test_the_live_view_and_the_summary_go_to_standard_error(lab_run: LabRun) -> None:
    lines = lab_run.called.err.splitlines()
    assert lines[0].startswith("callready: ")
    assert any("READY" in line for line in lines)
    assert any(str(lab_run.json) in line for line in lines)
    for line in lines:
        assert "\x1b" not in line
        assert "Traceback" not in line


def test_every_code_in_the_report_is_explained(lab_run: LabRun) -> None:
    report = read(lab_run.json.read_text("utf-8"))
    assert {each["code"] for each in report["findings"]} <= set(findings())


def test_quiet_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    called = run("check", "--lab", "--quiet", "--only", "dns", "--persona", "webex-web-app", "--report", f"json:{file}")
    assert (called.out, called.err) == ("", "")
    assert called.status == 3
    assert read(file.read_text("utf-8"))["verdict"] == "undetermined"


def test_the_summary_goes_to_standard_output_where_no_report_does() -> None:
    called = run("check", "--lab", "--only", "dns")
    assert "UNDETERMINED" in called.out
    assert max(map(len, called.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("tcp-drop:8934", 2, "firewall.tcp_blocked"),
        ("udp-drop:9000", 2, "firewall.udp_blocked"),
        ("ntp-source-drop", 2, "ntp.source_port_blocked"),
        ("tls-expired:8934", 2, "tls.untrusted"),
        ("dns-slow:0.3", 1, "dns.slow"),
    ],
)
def test_a_fault_gives_its_diagnosis_and_nothing_else(fault: str, status: int, code: str) -> None:
    called = run("lab", "--fault", fault, "--seed", "7", "--quiet", "--report", "json:-")
    assert called.status == status, called.err
    report = read(called.out)
    assert [each["code"] for each in report["diagnoses"]] == [code]
    assert code in diagnoses()
    assert report["environment"]["lab"] == {"faults": [fault]}


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    called = call(capsys, "lab", "--list-faults")
    assert called.status == 0
    assert "udp-drop:30000-40000" in called.out


def test_an_interrupt_in_the_middle_leaves_a_valid_report(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    argv = ["lab", "--fault", "tcp-drop:1-65535", "--fault", "udp-drop:1024-65535", "--report", f"json:{file}"]
    program = subprocess.Popen(
        [sys.executable, "-m", "probe", *argv],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr is not None
    with program:
        for line in program.stderr:
            # The first kind of check is finished, others cannot be: what they ask for never answers.
            if " answered" in line and "not measured" not in line:
                program.send_signal(signal.SIGINT)
                break
        else:
            pytest.fail("the run ended by itself")
        out, err = program.communicate(timeout=LIMIT)
    assert "Traceback" not in err
    assert "cut short" in err
    report = read(file.read_text("utf-8"))
    assert report["cut_short"] is True
    statuses = {each["status"] for each in report["measurements"]}
    assert {"done", "cut_short"} <= statuses
    # What was proven before the interrupt stays proven.
    assert (program.returncode, report["verdict"]) in {(2, "not-ready"), (3, "undetermined")}
    assert "cut short" in out
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("operation", ["resolve", "connect", "handshake", "exchange", "request", "probe"])
def test_what_was_interrupted_proves_nothing(operation: str, tmp_path: Path, lab_run: LabRun) -> None:
    """Every measurement ends at this operation, as Ctrl-C ends it: nothing may be told to be broken."""
    document = json.loads(lab_run.json.read_text("utf-8"))
    document["cut_short"] = True
    interrupted = 0
    for each in document["measurements"]:
        names = [seen["operation"] for seen in each["observations"]]
        if operation not in names:
            continue
        last = dict(each["observations"][names.index(operation)])
        last.pop("evidence", None)
        last["failure"] = {"kind": "interrupted", "detail": "stopped before an answer came"}
        kept = each["observations"][: names.index(operation)]
        each.update(status="cut_short", reason="the run was stopped", observations=[*kept, last], metrics=[])
        interrupted += 1
    assert interrupted
    file, again = tmp_path / "r.json", tmp_path / "again.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    called = run("replay", str(file), "--report", f"json:{again}")
    assert called.status == 0, called.err
    report = read(again.read_text("utf-8"))
    assert report["diagnoses"] == []
    assert [each["title"] for each in report["findings"] if each["verdict"] == "fail"] == []
    assert report["verdict"] == "undetermined"


CONTRACT = {
    "": "schema id started_at duration cut_short tool catalog site environment verdict score personas requirements "
    "diagnoses findings measurements",
    "score": "value parts capped_by",
    "personas": "id verdict score",
    "requirements": "id persona status proof coverage detail",
    "diagnoses": "code confidence owner title where scope because fix explains evidence",
    "findings": "id code verdict task title metric value limit evidence source",
    "measurements": "task kind target status reason observations metrics",
}
"""Design section 5: what other software reads, in every report, whether it has a value or not."""


@pytest.mark.parametrize("part", CONTRACT)
def test_every_field_of_the_contract_is_there(blocked: Path, part: str) -> None:
    report = json.loads(blocked.read_text(encoding="utf-8"))
    whole = report[part] if part else report
    assert whole
    for each in whole if isinstance(whole, list) else [whole]:
        assert set(CONTRACT[part].split()) <= set(each)
