"""The summary as text: narrow, plain, complete in what matters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import msgspec
import pytest
from rich.cells import cell_len

from probe.model.report import Report
from reports.summary import TOP, render

from .hostile import hostile
from .samples import SAMPLES, at_risk, healthy_undetermined, tcp_blocked


@pytest.mark.parametrize("make", [*SAMPLES.values(), hostile])
@pytest.mark.parametrize("width", [20, 40, 80, 132])
def test_fits(make: Callable[[], Report], width: int) -> None:
    lines = render(make(), width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []


def test_verdict_comes_first_and_fix_is_there() -> None:
    text = render(tcp_blocked())
    assert "NOT-READY" in "".join(text.splitlines()[:2])
    assert "firewall.tcp_blocked" in text
    assert "Fix: Allow outbound TCP" in text


@pytest.mark.parametrize("make", [*SAMPLES.values(), hostile])
def test_plain(make: Callable[[], Report]) -> None:
    text = render(make())
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} == {"\n"}
    assert render(make(), ascii=True).isascii()


def test_the_reason_of_every_verdict_is_named() -> None:
    assert "1 required row could not be proven" in render(healthy_undetermined()).replace("\n", " ")
    text = render(at_risk())
    assert "312 ms (limit 100 ms)" in text
    assert "(recommended)" in text


def test_more_diagnoses_than_fit_are_counted() -> None:
    report = tcp_blocked()
    many = msgspec.structs.replace(report, diagnoses=report.diagnoses * (TOP + 2))
    text = render(many)
    assert text.count("Fix:") == TOP
    assert "and 2 more: firewall.tcp_blocked, firewall.tcp_blocked" in text


def test_where_reports_went() -> None:
    text = render(at_risk(), written={"html": "out/report.html"})
    assert text.splitlines()[-1].split() == ["html", "out/report.html"]
