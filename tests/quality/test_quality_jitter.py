"""RFC 3550 jitter in seconds."""

from __future__ import annotations

import math
import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.jitter import interarrival_jitter, running_jitter

PACKETS = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=50)


def test_fewer_than_two_packets_have_no_jitter() -> None:
    assert interarrival_jitter([]) is None
    assert interarrival_jitter([(0.0, 0.1)]) is None


def test_rfc3550_a_8_gain_of_one_sixteenth() -> None:
    """D is 16 ms once, then 0: J is 1 ms, then 15/16 ms."""
    assert list(running_jitter([(0.0, 0.100), (0.02, 0.136), (0.04, 0.156)])) == pytest.approx([0.001, 0.0009375])


def test_a_constant_delay_has_no_jitter() -> None:
    assert interarrival_jitter((n / 64, n / 64 + 0.5) for n in range(100)) == 0


@given(PACKETS, st.floats(-1000, 1000))
def test_the_clocks_difference_cancels_out(packets: list[tuple[float, float]], offset: float) -> None:
    shifted = [(sent, received + offset) for sent, received in packets]
    assert list(running_jitter(shifted)) == pytest.approx(list(running_jitter(packets)), abs=1e-9)


@pytest.mark.parametrize(("sigma_s", "settles_s"), [(0.005, 0.00564), (0.001, 0.00113)])
def test_gaussian_delay_settles_at_two_sigma_over_root_pi(sigma_s: float, settles_s: float) -> None:
    rng = random.Random(3550)
    track = list(running_jitter((n * 0.02, n * 0.02 + 0.05 + rng.gauss(0, sigma_s)) for n in range(40_000)))
    assert 2 * sigma_s / math.sqrt(math.pi) == pytest.approx(settles_s, rel=0.002)
    assert fmean(track[200:]) == pytest.approx(settles_s, rel=0.02)
