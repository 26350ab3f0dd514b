"""Delay impairment of the E-model (ITU-T G.107 §7.4, and its short form), and the mouth-to-ear delay that goes in."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

DelayForm = Literal["full", "short"]
"""G.107's absolute delay Idd, or Cole and Rosenbluth's two straight lines. They differ by 10 points of R at 400 ms."""


class MouthToEar(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the one-way delay that a listener hears, in seconds."""

    network_s: float
    jitter_buffer_s: float = 0.0
    packetisation_s: float = 0.0
    look_ahead_s: float = 0.0
    """Of the codec."""
    half_of_rtt: bool = False
    """`network_s` is half of a round trip: an assumption, since the two directions may differ."""

    @property
    def total_s(self) -> float:
        return self.network_s + self.jitter_buffer_s + self.packetisation_s + self.look_ahead_s

    @property
    def because(self) -> tuple[str, ...]:
        """The parts in words, for the evidence."""
        parts = (
            f"delay {_ms(self.total_s)} = network {_ms(self.network_s)} + jitter buffer {_ms(self.jitter_buffer_s)}"
            f" + packetisation {_ms(self.packetisation_s)} + codec look-ahead {_ms(self.look_ahead_s)}"
        )
        assumed = "assumed: the network's one-way delay is half of the round trip"
        return (parts, assumed) if self.half_of_rtt else (parts,)


def absolute_delay_impairment(delay_s: float) -> float:
    """Idd on the narrowband scale: none up to 100 ms (G.107 §7.4, default delay sensitivity)."""
    if delay_s <= 0.1:
        return 0.0
    x = math.log2(delay_s / 0.1)
    return 25 * (math.pow(1 + x**6, 1 / 6) - 3 * math.pow(1 + (x / 3) ** 6, 1 / 6) + 2)


def short_delay_impairment(delay_s: float) -> float:
    """Id on the narrowband scale as Cole and Rosenbluth (2001) fitted it; default echo terms are folded in."""
    ms = delay_s * 1000
    return 0.024 * ms + 0.11 * max(0.0, ms - 177.3)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.4g} ms"
