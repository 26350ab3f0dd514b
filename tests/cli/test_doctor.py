"""`callready doctor`: what can be measured from here, without sending anything."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from catalog.ranges import parse_ranges
from catalog.read import load
from probe.cli.doctor import SOURCE_PORTS
from probe.net import abilities, environment, resolvers

from .calling import call
from .silence import silence


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)


@pytest.fixture
def busy() -> Iterator[int]:
    """A UDP port that another socket holds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", 0))
        yield sock.getsockname()[1]


def line(out: str, start: str) -> str:
    """The text of one ability, joined."""
    lines = out.splitlines()
    first = next(i for i, each in enumerate(lines) if each[6:].startswith(start))
    rest = [each.strip() for each in lines[first + 1 :]]
    ends = next(i for i, each in enumerate(lines[first + 1 :]) if not each.startswith("      "))
    return " ".join([lines[first].strip(), *rest[:ends]])


def test_ends_well_and_fits_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    called = call(capsys, "doctor")
    assert (called.status, called.err) == (0, "")
    assert max(map(len, called.out.splitlines())) <= 80
    for what in ("IPv4 route", "IPv6 route", "Default gateway", "Resolvers", "Raw sockets", "ICMP errors", "UDP 123"):
        assert line(called.out, what).split()[0] in {"yes", "no", "?"}
    for what in ("TCP 5060-5080", "UDP 8500-8699", "UDP 19560-19661", "UDP 51494", "Public roots", "Clock", "Extra"):
        assert line(called.out, what)
    assert "aioquic 1." in line(called.out, "Needed")
    assert called.out.endswith("Nothing was sent.\n")


def test_source_ports_are_those_of_the_catalogue() -> None:
    rows = {row.id: row for row in load().ports}
    for transport, ports, row, _ in SOURCE_PORTS:
        (tried,) = parse_ranges(ports)
        wanted = parse_ranges(rows[row].source_ports)
        assert transport in rows[row].protocols
        assert all(each.first >= tried.first and each.last <= tried.last for each in wanted)


def test_a_port_that_is_taken_is_told(busy: int) -> None:
    seen = abilities.try_ports("udp", parse_ranges(str(busy)))
    assert (seen.free, seen.taken, seen.forbidden) == (0, [busy], [])


def test_a_machine_without_network(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.net.real.RealNet.versions", lambda _: [])
    monkeypatch.setattr(environment, "default_gateway", lambda: None)
    monkeypatch.setattr(environment, "is_privileged", lambda: False)
    monkeypatch.setattr(resolvers, "configured", list)
    monkeypatch.setattr(abilities, "clock_synchronised", lambda: False)
    out = call(capsys, "doctor").out
    for what, advice in (
        ("IPv4 route", "default route"),
        ("Resolvers", "/etc/resolv.conf"),
        ("Clock synchronised", "start chrony"),
    ):
        assert line(out, what).startswith("no")
        assert "->" in line(out, what)
        assert advice in line(out, what)
    assert line(out, "Raw sockets").startswith("no")
    if sys.platform == "linux":
        assert "sudo setcap cap_net_raw+ep" in line(out, "Raw sockets")


def test_a_platform_with_limits(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "platform_limit", lambda: "ICMP errors cannot be read here")
    first = next(each for each in call(capsys, "doctor").out.splitlines() if each.startswith("  "))
    assert first.startswith("  no")


def test_roots_are_counted() -> None:
    file, directory = abilities.machine_roots()
    assert abilities.count_roots("nowhere.pem") is None
    assert abilities.count_roots(__file__) is None
    if file:
        assert abilities.count_roots(file, directory)
