"""What the verdicts may claim from a sample: the check values, and bounds that agree with exact sums."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.statistics import (
    binomial_sigma,
    blocked_share_bound,
    proportion_lower_bound,
    proportion_upper_bound,
    wilson_interval,
)

RANGE = 45_976
"""Ports of 19560-65535."""
SMALL = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def binomial_cdf(hits: int, trials: int, p: float) -> Fraction:
    q = Fraction(p)
    return sum((comb(trials, k) * q**k * (1 - q) ** (trials - k) for k in range(hits + 1)), Fraction(0))


@pytest.mark.parametrize(("tested", "percent"), [(30, 9.5), (59, 5.0), (100, 3.0), (300, 1.0), (1000, 0.3)])
def test_no_failure_in_n_random_ports(tested: int, percent: float) -> None:
    assert round(100 * blocked_share_bound(tested=tested), 1) == percent
    assert blocked_share_bound(tested=tested) == pytest.approx(1 - 0.05 ** (1 / tested))
    without_replacement = blocked_share_bound(tested=tested, population=RANGE)
    assert 100 * without_replacement == pytest.approx(percent, abs=0.06)
    assert without_replacement <= blocked_share_bound(tested=tested)


def test_two_open_ports_leave_77_6_percent_open_to_doubt() -> None:
    assert 100 * blocked_share_bound(tested=2, population=RANGE) == pytest.approx(77.6, abs=0.0501)
    assert 100 * blocked_share_bound(tested=2) == pytest.approx(77.6, abs=0.0501)


def test_the_whole_range_tested_leaves_no_doubt_and_nothing_tested_leaves_all() -> None:
    assert blocked_share_bound(tested=RANGE, population=RANGE) == 0
    assert blocked_share_bound(tested=RANGE, failed=10, population=RANGE) == 10 / RANGE
    assert blocked_share_bound(tested=0, population=RANGE) == 1
    assert blocked_share_bound(tested=0) == 1


def test_a_number_of_blocked_ports_at_exactly_5_percent_is_not_refuted() -> None:
    """19 of 25 blocked: two open ones are drawn in 15 of 300 cases."""
    assert blocked_share_bound(tested=2, population=25) == 19 / 25


@given(st.integers(1, 30), st.data())
def test_without_replacement_agrees_with_exact_sums(population: int, data: st.DataObject) -> None:
    tested = data.draw(st.integers(0, population))
    failed = data.draw(st.integers(0, tested))

    def at_most(blocked: int) -> Fraction:
        ways = sum(comb(blocked, k) * comb(population - blocked, tested - k) for k in range(failed + 1))
        return Fraction(ways, comb(population, tested))

    possible = range(failed, population - (tested - failed) + 1)
    exact = max(blocked for blocked in possible if at_most(blocked) >= Fraction(1, 20))
    assert blocked_share_bound(tested=tested, failed=failed, population=population) == exact / population


def test_no_loss_in_3000_packets() -> None:
    assert proportion_upper_bound(0, 3000) <= 0.0010
    assert proportion_upper_bound(0, 3000) > 0.0009


@given(SMALL)
def test_the_upper_bound_is_where_so_few_hits_become_unlikely(counts: tuple[int, int]) -> None:
    hits, trials = counts
    bound = proportion_upper_bound(hits, trials)
    assert hits / trials <= bound <= 1
    if hits < trials:
        assert float(binomial_cdf(hits, trials, bound)) == pytest.approx(0.05, abs=1e-9)
    assert proportion_lower_bound(hits, trials) <= hits / trials


@given(SMALL, st.floats(0.5, 0.999))
def test_more_confidence_and_more_failures_widen_the_bound(counts: tuple[int, int], confidence: float) -> None:
    hits, trials = counts
    bound = proportion_upper_bound(hits, trials, confidence=confidence)
    assert bound <= proportion_upper_bound(hits, trials, confidence=(1 + confidence) / 2) + 1e-12
    assert bound <= proportion_upper_bound(min(hits + 1, trials), trials, confidence=confidence) + 1e-12


@given(SMALL)
def test_wilson_interval_solves_its_equation(counts: tuple[int, int]) -> None:
    hits, trials = counts
    low, high = wilson_interval(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    for p in (low, high):
        if 0 < p < 1:
            assert abs(hits / trials - p) == pytest.approx(1.959964 * (p * (1 - p) / trials) ** 0.5, rel=1e-5)


def test_without_trials_everything_is_possible() -> None:
    assert wilson_interval(0, 0) == (0, 1)
    assert (proportion_lower_bound(0, 0), proportion_upper_bound(0, 0)) == (0, 1)


@pytest.mark.parametrize(("percent", "points"), [(1, 0.18), (3, 0.31), (5, 0.40), (10, 0.55)])
def test_sigma_of_loss_over_3000_packets(percent: float, points: float) -> None:
    assert 100 * binomial_sigma(percent / 100, 3000) == pytest.approx(points, abs=0.0051)


@pytest.mark.parametrize(("hits", "trials"), [(-1, 10), (11, 10)])
def test_counts_must_fit(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="not a count"):
        proportion_upper_bound(hits, trials)
    with pytest.raises(ValueError, match="not a count"):
        wilson_interval(hits, trials)
    with pytest.raises(ValueError, match="not a count"):
        blocked_share_bound(tested=trials, failed=hits)


def test_confidence_and_population_must_fit() -> None:
    with pytest.raises(ValueError, match="confidence"):
        proportion_upper_bound(0, 10, confidence=95)
    with pytest.raises(ValueError, match="cannot be drawn"):
        blocked_share_bound(tested=11, population=10)
