"""Severely concealed seconds ratio, the call grade of Webex Calling (help.webex.com nfeu3q7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

SEVERE_S = 0.05
"""A second with more concealed audio than this is severely concealed."""
LONG_CALL_S = 20.0
"""From here on the limits of long calls hold."""

MICRO = 1_000_000


class Scsr(msgspec.Struct, frozen=True, kw_only=True):
    severe: int
    """Severely concealed seconds."""
    duration_s: float
    ratio: float
    """severe / duration_s, at most 1: a call may end within a severe second."""

    @property
    def long_call(self) -> bool:
        return self.duration_s >= LONG_CALL_S


def severely_concealed_seconds(concealed: Sequence[bool], *, packet_s: float) -> Scsr | None:
    """SCSR of a call from its playout: which packets, lost or discarded, had to be concealed. None without packets.

    Packet i is played from i * packet_s on; one that crosses a second counts for each with its share.
    """
    packet = round(packet_s * MICRO)
    if packet <= 0:
        raise ValueError(f"a packet of {packet_s} s holds no audio")
    if not concealed:
        return None
    per_second: Counter[int] = Counter()
    for index, hidden in enumerate(concealed):
        at, end = index * packet, (index + 1) * packet
        while hidden and at < end:
            second = at // MICRO
            until = min(end, (second + 1) * MICRO)
            per_second[second] += until - at
            at = until
    severe = sum(hidden > SEVERE_S * MICRO for hidden in per_second.values())
    duration_s = len(concealed) * packet / MICRO
    return Scsr(severe=severe, duration_s=duration_s, ratio=min(1.0, severe / duration_s))


def label(
    ratio: float, duration_s: float, *, long_call: tuple[float, float], short_call: tuple[float, float]
) -> Literal["good", "acceptable", "poor"]:
    """Cisco's grade. Each pair is (good below, poor above); both bounds themselves are acceptable."""
    good, poor = long_call if duration_s >= LONG_CALL_S else short_call
    return "good" if ratio < good else "poor" if ratio > poor else "acceptable"
