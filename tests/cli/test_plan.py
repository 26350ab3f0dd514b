"""`callready plan`: what would be sent where. It sends nothing itself."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from .calling import ROOT, call
from .silence import PacketSent, silence


def test_the_silence_of_these_tests_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", 9))
        with pytest.raises(PacketSent):
            sock.send(b"x")
        with pytest.raises(PacketSent):
            sock.sendto(b"x", ("127.0.0.1", 9))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock, pytest.raises(PacketSent):
        sock.connect(("127.0.0.1", 9))


def test_sends_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    called = call(capsys, "plan", "--seed", "7")
    assert (called.status, called.err) == (0, "")
    assert "Nothing has been sent." in called.out


def test_tells_packets_bytes_and_destinations(capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, "plan", "--seed", "7").out
    header, total = (next(line for line in out.splitlines() if line.startswith(start)) for start in ("kind", "at most"))
    assert header.split() == ["kind", "tasks", "packets", "kB", "bindings", "ports"]
    tasks, packets, size, bindings = map(int, total.split()[2:])
    assert tasks > 100
    assert packets > tasks
    assert size > 10
    assert bindings > 0
    destinations = [line for line in out.splitlines() if line.startswith("tls ") and "from source ports" in line]
    assert any("5060-5080" in line and ":8934" in line for line in destinations)
    assert "\nNot measured:\n" in out


def test_the_overview_fits_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    before, _, after = call(capsys, "plan", "--seed", "7").out.partition("Nothing has been sent.")
    unmeasured = after.partition("\nNot measured:\n")[2]
    assert unmeasured
    assert max(map(len, [*before.splitlines(), *unmeasured.splitlines()])) <= 80


def test_a_seed_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "plan", "--seed", "7").out == call(capsys, "plan", "--seed", "7").out


def test_less_is_planned_for_one_persona_and_quickly(capsys: pytest.CaptureFixture[str]) -> None:
    def tasks(*options: str) -> int:
        out = call(capsys, "plan", "--seed", "7", *options).out
        return int(next(line for line in out.splitlines() if line.startswith("at most")).split()[2])

    assert tasks("--persona", "webex-web-app") < tasks()
    assert tasks("--depth", "quick") < tasks("--depth", "standard") < tasks("--depth", "deep")
    assert tasks("--region", "jp") < tasks()
    assert tasks("--only", "stun") < tasks("--skip", "https") < tasks()


def test_a_local_address_to_bind_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "plan", "--bind", "127.0.0.1").status == 0


def test_the_site_file_of_the_readme(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    assert "schema = 1" in example
    site = tmp_path / "site.toml"
    site.write_text(example)
    called = call(capsys, "plan", "--site", str(site), "--seed", "7")
    assert (called.status, called.err) == (0, "")
    # Every key of the example has its effect on the plan.
    for word in (
        "da01.sipconnect-us.bcld.webex.com",
        "ntp.example.com",
        "cucm.example.com",
        "cloudupgrader.webex.com:6970",
    ):
        assert word in called.out
    assert "personas: local-gateway-registration, desk-phone, webex-app\n" in called.out
