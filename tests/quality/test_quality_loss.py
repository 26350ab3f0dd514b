"""Loss, duplicates, reordering, runs, windows and outages."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.loss import burst_ratio, count, extend, loss_runs, rtcp_fraction_lost
from probe.quality.windows import longest_outage, worst_window

TIMELINE = st.lists(st.booleans(), max_size=200)


def times(packets: int, interval_s: float = 0.02) -> list[float]:
    return [index * interval_s for index in range(packets)]


def test_nothing_expected_has_no_loss_ratio() -> None:
    assert count([]).loss_ratio is None
    assert count([]).reordered_ratio is None


def test_nothing_received_of_what_was_sent_is_all_lost() -> None:
    result = count([], sent=range(100))
    assert (result.expected, result.received, result.loss_ratio) == (100, 0, 1.0)


def test_losses_at_both_ends_show_only_if_it_is_known_what_was_sent() -> None:
    arrivals = range(5, 95)
    assert count(arrivals).lost == 0
    assert count(arrivals, sent=range(100)).lost == 10


def test_numbers_wrap() -> None:
    sent = range(65530, 65630)
    arrivals = [number % 65536 for number in sent if number not in {65535, 65536}]
    result = count(arrivals, sent=sent)
    assert (result.lost, result.reordered, result.strays, result.runs) == (2, 0, 0, (2,))
    assert count(arrivals).lost == 2


def test_the_first_packets_arriving_swapped_across_the_wrap() -> None:
    assert extend([0, 65535, 1], bits=16) == [0, -1, 1]
    result = count([0, 65535, 1])
    assert (result.expected, result.lost, result.reordered) == (3, 0, 1)


def test_32_bit_numbers() -> None:
    last = 2**32 - 1
    assert extend([last, 0, 1], bits=32) == [last, last + 1, last + 2]


def test_numbers_that_were_never_sent_are_strays_not_gains() -> None:
    result = count([0, 1, 500, 2], sent=range(4))
    assert (result.received, result.lost, result.strays, result.reordered) == (3, 1, 1, 0)


def test_a_sent_range_has_no_step() -> None:
    with pytest.raises(ValueError, match="one by one"):
        count([0], sent=range(0, 10, 2))


@given(TIMELINE, st.integers(0, 70000), st.randoms(use_true_random=False))
def test_loss_does_not_depend_on_order_or_duplicates(arrived: list[bool], start: int, rng: random.Random) -> None:
    sent = range(start, start + len(arrived))
    came = [number % 65536 for number, here in zip(sent, arrived, strict=True) if here]
    again = came + [rng.choice(came) for _ in range(5 if came else 0)]
    rng.shuffle(again)
    result = count(again, sent=sent)
    assert result.arrived == tuple(arrived)
    assert (result.lost, result.duplicates) == (arrived.count(False), len(again) - len(came))
    assert 0 <= result.reordered < max(1, result.received)
    in_order = count(came, sent=sent)
    assert (in_order.reordered, in_order.duplicates, in_order.lost) == (0, 0, result.lost)


@given(TIMELINE)
def test_runs_add_up_to_the_loss(arrived: list[bool]) -> None:
    assert sum(loss_runs(arrived)) == arrived.count(False)


def test_runs() -> None:
    assert loss_runs([True, False, False, True, False, True, True, False]) == (2, 1, 1)


def test_burst_ratio() -> None:
    """10 % lost: random loss has runs of 1 / 0.9 packets on average."""
    scattered = ([False] + [True] * 9) * 10
    clustered = [False] * 10 + [True] * 90
    assert burst_ratio(scattered) == pytest.approx(0.9)
    assert burst_ratio(clustered) == pytest.approx(9)
    assert burst_ratio([True] * 10) is None
    assert burst_ratio([False] * 10) is None
    assert burst_ratio([]) is None


def test_burst_ratio_of_random_loss_is_1() -> None:
    rng = random.Random(7)
    ratio = burst_ratio([rng.random() >= 0.2 for _ in range(50_000)])
    assert ratio == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("field", "ratio"), [(0, 0), (2, 0.0078125), (128, 0.5), (255, 255 / 256)])
def test_rfc3550_6_4_1_fraction_lost(field: int, ratio: float) -> None:
    assert rtcp_fraction_lost(field) == ratio


@pytest.mark.parametrize("field", [-1, 256])
def test_fraction_lost_is_an_octet(field: int) -> None:
    with pytest.raises(ValueError, match="octet"):
        rtcp_fraction_lost(field)


def test_worst_200_ms_finds_the_burst_that_an_average_hides() -> None:
    arrived = [True] * 3000
    arrived[1003:1008] = [False] * 5
    window = worst_window(times(3000), arrived, width_s=0.2, interval_s=0.02)
    assert window is not None
    assert (window.expected, window.lost, window.loss_ratio) == (10, 5, 0.5)
    assert window.start_s <= 1003 * 0.02 <= window.start_s + 0.2


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(1, 100))
def test_worst_window_agrees_with_trying_them_all(arrived: list[bool], packets: int) -> None:
    window = worst_window(times(len(arrived)), arrived, width_s=packets * 0.02, interval_s=0.02)
    size = min(packets, len(arrived))
    brute = max(arrived[at : at + size].count(False) / size for at in range(len(arrived) - size + 1))
    assert window is not None
    assert (window.expected, window.loss_ratio) == (size, brute)


def test_a_window_of_200_ms_holds_10_packets_however_their_times_round() -> None:
    """12 * 0.02 is less than 2 * 0.02 + 0.2 as floats go."""
    arrived = [index not in {2, 12} for index in range(30)]
    window = worst_window(times(30), arrived, width_s=0.2, interval_s=0.02)
    assert window is not None
    assert (window.expected, window.lost) == (10, 1)


def test_a_short_stream_is_one_window_and_no_stream_is_none() -> None:
    window = worst_window(times(4), [True, False, True, True], width_s=15, interval_s=0.02)
    assert window is not None
    assert (window.expected, window.loss_ratio) == (4, 0.25)
    assert window.width_s == pytest.approx(0.08)
    assert worst_window([], [], width_s=15, interval_s=0.02) is None


def test_longest_outage_lasts_until_the_next_packet_that_came() -> None:
    arrived = [True, False, True, False, False, False, True, False, False]
    outage = longest_outage(times(9), arrived, interval_s=0.02)
    assert outage is not None
    assert outage.packets == 3
    assert outage.start_s == pytest.approx(0.06)
    assert outage.duration_s == pytest.approx(0.06)


def test_an_outage_at_the_end_counts_and_without_loss_there_is_none() -> None:
    outage = longest_outage(times(5), [True, True, False, False, False], interval_s=0.02)
    assert outage is not None
    assert outage.duration_s == pytest.approx(0.06)
    assert longest_outage(times(3), [True] * 3, interval_s=0.02) is None


def test_times_and_packets_must_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        longest_outage([0.0], [True, True], interval_s=0.02)
    with pytest.raises(ValueError, match="do not fit"):
        worst_window([0.0], [True, True], width_s=1, interval_s=0.02)
