"""`callready explain`: readable at 80 columns, for every code."""

from __future__ import annotations

import pytest

from probe.explanations.read import diagnoses, findings

from .calling import call

CODES = [*diagnoses(), *findings()]


@pytest.mark.parametrize("code", CODES)
def test_says_what_it_means_how_it_is_proven_and_how_to_fix_it(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    called = call(capsys, "explain", code)
    assert (called.status, called.err) == (0, "")
    assert called.out.startswith(f"{code}: ")
    for heading in ("What it means", "How it is proven", "How to fix it"):
        assert f"\n{heading}\n" in called.out
    assert max(map(len, called.out.splitlines())) <= 80
    assert called.out.isascii()


def test_says_that_no_rule_gives_a_diagnosis_yet(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No rule of this version" in call(capsys, "explain", "sip.alg_active").out
    assert "No rule of this version" not in call(capsys, "explain", "firewall.tcp_blocked").out


def test_without_a_code_lists_all_by_area(capsys: pytest.CaptureFixture[str]) -> None:
    called = call(capsys, "explain")
    assert called.status == 0
    lines = called.out.splitlines()
    for code in CODES:
        assert [line for line in lines if f" {code} " in line], code
    assert "  firewall" in lines
    assert max(map(len, lines)) <= 80
