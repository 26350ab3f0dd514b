"""Bad input: one clear line on standard error, nothing on standard output, exit status 3."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .calling import Called, call


def complaint(called: Called) -> str:
    """The one line that was said."""
    assert called.status == 3
    assert called.out == ""
    lines = called.err.splitlines()
    assert len(lines) == 1, called.err
    assert lines[0].startswith("callready")
    assert "Traceback" not in lines[0]
    return lines[0]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ((), ("required: COMMAND", "--help")),
        (("chekc",), ("invalid choice: 'chekc'", "--help")),
        (("check", "--depht", "quick"), ("--depht", "--help")),
        (("check", "--depth", "shallow"), ("--depth", "'shallow'", "standard")),
        (("check", "--region", "mars"), ("--region", "'mars'", "'us'")),
        (("check", "--seed", "seven"), ("--seed", "'seven'")),
        (("check", "--bind", "eth0"), ("--bind", "'eth0' is not an IP address")),
        (("check", "--bind", "300.1.1.1"), ("--bind", "'300.1.1.1' is not an IP address")),
        (("check", "--report", "pdf"), ("--report", "'pdf' is not a report format", "json, markdown")),
        (("check", "--report", ""), ("--report", "'' is not a report format")),
        (("check", "--lang", "fr"), ("--lang", "'fr'")),
        (("plan", "--persona", "desk-fone"), ("--persona desk-fone", "did you mean 'desk-phone'?")),
        (("plan", "--only", "stn"), ("--only stn", "did you mean 'stun'?")),
        (("plan", "--skip", "pigeon"), ("--skip pigeon", "use one of", "udp-range")),
        (("plan", "--site", "nowhere.toml"), ("nowhere.toml", "cannot be read", "No such file")),
        (("plan", "--catalog", "./nowhere.toml"), ("nowhere.toml", "cannot be read", "no such file")),
        (("plan", "--catalog", "webex-caling"), ("'webex-caling'", "did you mean 'webex-calling'?")),
        (("check", "--public-roots", "nowhere.pem"), ("--public-roots nowhere.pem", "no such file", "PEM")),
        (("lab", "--fault", "udp-dorp:9000"), ("udp-dorp", "did you mean udp-drop?")),
        (("lab", "--fault", "udp-drop"), ("udp-drop", "needs a value")),
        (("lab", "--fault", "tcp-drop:99999"), ("tcp-drop:99999",)),
        (("replay", "nowhere.json"), ("nowhere.json", "cannot be read")),
        (("diff", "nowhere.json", "nowhere.json"), ("nowhere.json", "cannot be read")),
        (("explain", "firewall.tcp_block"), ("firewall.tcp_block", "did you mean 'firewall.tcp_blocked'?")),
        (("explain", "zzz"), ("explain zzz", "`callready explain`")),
        (("catalog", "show", "P99"), ("row P99", "not in webex-calling")),
        (("catalog", "rules", "--format", "pf"), ("--format", "'pf'", "nftables")),
        (("catalog", "rules"), ("required: --format",)),
        (("catalog", "rules", "--format", "csv", "--persona", "desk-fone"), ("desk-fone",)),
        (("catalog", "changes", "--since", "yesterday"), ("--since", "'yesterday'")),
        (("completion", "fish"), ("'fish'", "bash")),
    ],
    ids=" ".join,
)
def test_one_line_that_says_what_and_what_to_do(
    argv: tuple[str, ...],
    says: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    line = complaint(call(capsys, *argv))
    for words in says:
        assert words in line
    assert list(tmp_path.iterdir()) == []


def test_every_mistake_of_a_site_file_is_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('schema = 1\nnaem = "x"\nregions = ["mars"]\n\n[[hosts]]\nname = "a.example"\nports = 443\n')
    called = call(capsys, "plan", "--site", str(site))
    assert (called.status, called.out) == (3, "")
    for words in ("naem: unknown key; did you mean 'name'?", "regions[0]", "'mars' is unknown", "hosts[0].ports"):
        assert words in called.err
    assert all(str(site) in line for line in called.err.splitlines())


def test_every_unknown_name_of_a_site_file_is_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('schema = 1\npersonas = ["desk-fone"]\ninclude = ["P77/6970"]\n')
    called = call(capsys, "plan", "--site", str(site))
    assert called.status == 3
    for words in ("personas[0]: 'desk-fone' is not in the catalogue; did you mean 'desk-phone'?", "include[0]"):
        assert words in called.err


def test_a_site_file_that_is_not_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in complaint(call(capsys, "plan", "--site", str(site)))


def test_a_site_file_that_is_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "cannot be read" in complaint(call(capsys, "plan", "--site", str(tmp_path)))


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema": 1}', b"\xff", b"<html>"])
def test_a_file_that_is_no_report(content: bytes, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_bytes(content)
    line = complaint(call(capsys, "replay", str(file)))
    assert str(file) in line
    assert "is not a callready report" in line
    assert file.read_bytes() == content


def test_a_report_into_a_missing_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = complaint(call(capsys, "check", "--lab", "--report", f"json:{tmp_path}/missing/r.json"))
    assert f"{tmp_path}/missing does not exist" in line
    assert list(tmp_path.iterdir()) == []


def test_a_report_onto_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "is a folder" in complaint(call(capsys, "check", "--lab", "--report", f"json:{tmp_path}"))


def test_two_reports_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(call(capsys, "check", "--lab", "--report", "json:-", "--report", "markdown:-"))
    assert "only one report can go to standard output" in line


def test_two_reports_into_one_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = f"{tmp_path}/report"
    line = complaint(call(capsys, "check", "--lab", "--report", f"json:{file}", "--report", f"html:{file}"))
    assert "two reports" in line
    assert list(tmp_path.iterdir()) == []


def test_a_report_where_nothing_may_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allowed = os.access
    # Permissions do not stop root, which may run the tests.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and allowed(path, mode))
    line = complaint(call(capsys, "check", "--lab", "--report", f"json:{tmp_path}/r.json"))
    assert f"{tmp_path} cannot be written to" in line


def test_options_that_leave_nothing_to_measure(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(call(capsys, "check", "--lab", "--quiet", "--only", "stun", "--skip", "stun"))
    assert "nothing to measure" in line


def test_an_address_that_this_machine_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(call(capsys, "plan", "--bind", "203.0.113.77"))
    assert "--bind 203.0.113.77: is not an address of this machine" in line


def test_roots_that_are_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    file.write_text("not a certificate\n")
    assert f"--public-roots {file}: holds no certificate" in complaint(
        call(capsys, "plan", "--public-roots", str(file))
    )
