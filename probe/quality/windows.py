"""Where in a call the loss was: the longest outage, and the worst window (200 ms and 15 s are customary)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import msgspec

TOLERANCE = 1e-9
"""Seconds: times are sums of packet intervals, and 13 * 0.02 is not quite 0.06 + 0.2."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    start_s: float
    width_s: float
    expected: int
    lost: int

    @property
    def loss_ratio(self) -> float:
        return self.lost / self.expected


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    start_s: float
    duration_s: float
    packets: int


def worst_window(
    times_s: Sequence[float], arrived: Sequence[bool], *, width_s: float, interval_s: float
) -> Window | None:
    """The window with the highest loss ratio, the first of equals; None without packets.

    `times_s` is when each packet was sent, lost or not, ascending; the stream ends `interval_s` after the last. Windows
    lie inside the stream and begin with a packet; a stream shorter than `width_s` is one window. Raises ValueError if
    the sequences differ in length.
    """
    _check(times_s, arrived)
    if not times_s:
        return None
    end_s = times_s[-1] + interval_s
    lost_before = [0, *accumulate(not came for came in arrived)]
    worst: Window | None = None
    stop = 0
    for first, start_s in enumerate(times_s):
        if first and start_s + width_s > end_s + TOLERANCE:
            break
        while stop < len(times_s) and times_s[stop] < start_s + width_s - TOLERANCE:
            stop += 1
        window = Window(
            start_s=start_s,
            width_s=min(width_s, end_s - start_s),
            expected=stop - first,
            lost=lost_before[stop] - lost_before[first],
        )
        if worst is None or window.loss_ratio > worst.loss_ratio:
            worst = window
    return worst


def longest_outage(times_s: Sequence[float], arrived: Sequence[bool], *, interval_s: float) -> Outage | None:
    """The longest time without a packet that arrived: from the first lost one's turn to the next one that came.

    Arguments as for `worst_window`; None if nothing was lost.
    """
    _check(times_s, arrived)
    longest: Outage | None = None
    first: int | None = None
    for index in range(len(arrived) + 1):
        if index < len(arrived) and not arrived[index]:
            first = index if first is None else first
        elif first is not None:
            until_s = times_s[index] if index < len(arrived) else times_s[-1] + interval_s
            outage = Outage(start_s=times_s[first], duration_s=until_s - times_s[first], packets=index - first)
            if longest is None or outage.duration_s > longest.duration_s:
                longest = outage
            first = None
    return longest


def _check(times_s: Sequence[float], arrived: Sequence[bool]) -> None:
    if len(times_s) != len(arrived):
        raise ValueError(f"{len(times_s)} times do not fit {len(arrived)} packets")
