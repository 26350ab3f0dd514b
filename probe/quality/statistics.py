"""What a sample lets us claim: exact bounds on shares (Clopper and Pearson 1934), Wilson's interval (1927), sigma."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

PRECISION = 60
"""Halvings: beyond the resolution of a float between 0 and 1."""
ROUNDING = 1e-8
"""Relative error of a probability summed from logarithms; a tie is not refuted, so that the bound errs upwards."""


def blocked_share_bound(
    *, tested: int, failed: int = 0, population: int | None = None, confidence: float = 0.95
) -> float:
    """Upper bound of the blocked share of a range of ports, of which `tested` random ones gave `failed` failures.

    `population` is the number of ports if none was drawn twice; without it the draws are independent. It bounds the
    share, not the position: a contiguous block needs strata. 1 if nothing was tested. Raises ValueError for counts that
    do not fit each other.
    """
    _check(failed, tested, confidence)
    if population is None:
        return proportion_upper_bound(failed, tested, confidence=confidence)
    if tested > population:
        raise ValueError(f"{tested} different ports cannot be drawn from {population}")
    blocked, unproven = failed, population - (tested - failed)
    while blocked < unproven:  # the largest number of blocked ports that so few failures do not refute
        middle = (blocked + unproven + 1) // 2
        if _hypergeometric_cdf(failed, tested, middle, population) >= (1 - confidence) * (1 - ROUNDING):
            blocked = middle
        else:
            unproven = middle - 1
    return blocked / population


def proportion_upper_bound(hits: int, trials: int, *, confidence: float = 0.95) -> float:
    """Exact one-sided upper bound of a probability, such as the loss ratio of a path; 1 without trials."""
    _check(hits, trials, confidence)
    if hits == trials:
        return 1.0
    if hits == 0:
        return -math.expm1(math.log1p(-confidence) / trials)
    return _halve(lambda p: _binomial_cdf(hits, trials, p) > 1 - confidence)


def proportion_lower_bound(hits: int, trials: int, *, confidence: float = 0.95) -> float:
    """Exact one-sided lower bound of a probability; 0 without trials."""
    _check(hits, trials, confidence)
    return 1 - proportion_upper_bound(trials - hits, trials, confidence=confidence)


def wilson_interval(hits: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided interval of a probability by Wilson's score; (0, 1) without trials."""
    _check(hits, trials, confidence)
    if not trials:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = hits / trials, z * z / trials
    centre = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    return (0.0 if hits == 0 else centre - reach), (1.0 if hits == trials else centre + reach)


def binomial_sigma(probability: float, trials: int) -> float:
    """Standard deviation of the measured ratio of independent losses: what a tolerance has to allow for."""
    return math.sqrt(probability * (1 - probability) / trials)


def _binomial_cdf(hits: int, trials: int, p: float) -> float:
    if p <= 0 or p >= 1:
        return 1.0 if p <= 0 else 0.0
    yes, no = math.log(p), math.log1p(-p)
    return math.fsum(math.exp(_log_comb(trials, k) + k * yes + (trials - k) * no) for k in range(hits + 1))


def _hypergeometric_cdf(hits: int, draws: int, marked: int, population: int) -> float:
    everything = _log_comb(population, draws)
    possible = range(max(0, draws - (population - marked)), min(hits, draws, marked) + 1)
    return math.fsum(
        math.exp(_log_comb(marked, k) + _log_comb(population - marked, draws - k) - everything) for k in possible
    )


def _log_comb(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _halve(holds: Callable[[float], bool]) -> float:
    """Where `holds`, true at 0 and false at 1, changes."""
    low, high = 0.0, 1.0
    for _ in range(PRECISION):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high


def _check(hits: int, trials: int, confidence: float) -> None:
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} of {trials} is not a count")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
