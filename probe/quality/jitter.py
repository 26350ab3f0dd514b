"""Interarrival jitter, RFC 3550 §6.4.1 and A.8, in seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise

GAIN = 1 / 16


def running_jitter(times_s: Iterable[tuple[float, float]]) -> Iterator[float]:
    """J after each packet but the first. `times_s` are (sent, received) in the order of arrival.

    Each side has its own clock; a constant difference cancels out. Duplicates are the caller's to leave out.
    """
    jitter = 0.0
    for before, after in pairwise(received - sent for sent, received in times_s):
        jitter += (abs(after - before) - jitter) * GAIN
        yield jitter


def interarrival_jitter(times_s: Iterable[tuple[float, float]]) -> float | None:
    """J after the last packet; None with fewer than two packets. Never below the sender's own pacing error."""
    last = deque(running_jitter(times_s), maxlen=1)
    return last[0] if last else None
