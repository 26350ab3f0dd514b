"""SCSR: the published rule, examples and boundaries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.scsr import label, severely_concealed_seconds

LIMITS = {"long_call": (0.03, 0.07), "short_call": (0.20, 0.30)}


def severe(concealed: list[bool], packet_s: float = 0.02) -> int:
    result = severely_concealed_seconds(concealed, packet_s=packet_s)
    assert result is not None
    return result.severe


@pytest.mark.parametrize(
    ("packet_s", "hidden", "seconds"),
    [(0.02, 2, 0), (0.02, 3, 1), (0.01, 5, 0), (0.01, 6, 1), (0.03, 1, 0), (0.03, 2, 1)],
)
def test_more_than_50_ms_make_a_second_severe(packet_s: float, hidden: int, seconds: int) -> None:
    packets = round(1 / packet_s)
    assert severe([True] * hidden + [False] * (packets - hidden), packet_s) == seconds


def test_a_packet_across_two_seconds_counts_for_each_with_its_share() -> None:
    """Packet 33 of 30 ms plays from 0.99 to 1.02 s: 10 ms in the first second, 20 ms in the next."""
    concealed = [index in {31, 32, 33} for index in range(100)]
    assert severe(concealed, 0.03) == 1
    concealed = [index in {32, 33, 34} for index in range(100)]
    assert severe(concealed, 0.03) == 0


def test_scattered_losses_are_not_severe() -> None:
    result = severely_concealed_seconds(([True] + [False] * 24) * 60, packet_s=0.02)
    assert result is not None
    assert (result.severe, result.ratio, result.duration_s) == (0, 0, 30.0)


@pytest.mark.parametrize(
    ("percent", "duration_s", "grade"),
    [(10, 10, "good"), (8, 120, "poor"),
     (2.99, 60, "good"), (3.0, 60, "acceptable"), (7.0, 60, "acceptable"), (7.01, 60, "poor"),
     (19.9, 10, "good"), (20.0, 10, "acceptable"), (30.0, 10, "acceptable"), (30.1, 10, "poor"),
     (8, 20, "poor"), (8, 19.99, "good")],
)  # fmt: skip
def test_published_grades_and_boundaries(percent: float, duration_s: float, grade: str) -> None:
    assert label(percent / 100, duration_s, **LIMITS) == grade


@pytest.mark.parametrize(("severe_s", "grade"), [(2, "good"), (3, "acceptable"), (7, "acceptable"), (8, "poor")])
def test_boundaries_hold_for_ratios_that_were_counted(severe_s: int, grade: str) -> None:
    result = severely_concealed_seconds([True] * 50 * severe_s + [False] * 50 * (100 - severe_s), packet_s=0.02)
    assert result is not None
    assert result.long_call
    assert label(result.ratio, result.duration_s, **LIMITS) == grade


def test_20_s_is_a_long_call() -> None:
    exactly = severely_concealed_seconds([False] * 1000, packet_s=0.02)
    shorter = severely_concealed_seconds([False] * 999, packet_s=0.02)
    assert exactly is not None
    assert shorter is not None
    assert (exactly.long_call, shorter.long_call) == (True, False)


def test_no_packets_no_ratio_and_no_packet_without_length() -> None:
    assert severely_concealed_seconds([], packet_s=0.02) is None
    with pytest.raises(ValueError, match="holds no audio"):
        severely_concealed_seconds([True], packet_s=0)


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.sampled_from([0.01, 0.02, 0.03, 0.06]), st.data())
def test_concealing_more_never_lowers_the_ratio(concealed: list[bool], packet_s: float, data: st.DataObject) -> None:
    before = severely_concealed_seconds(concealed, packet_s=packet_s)
    worse = list(concealed)
    worse[data.draw(st.integers(0, len(concealed) - 1))] = True
    after = severely_concealed_seconds(worse, packet_s=packet_s)
    assert before is not None
    assert after is not None
    assert 0 <= before.ratio <= after.ratio <= 1
