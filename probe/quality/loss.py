"""Loss, duplicates and reordering from sequence numbers: RFC 3550 §6.4.1 and A.1, RFC 4737 §3.3, RFC 5560."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec


class LossCount(msgspec.Struct, frozen=True, kw_only=True):
    """One direction of one stream."""

    expected: int
    received: int
    """Different packets of those expected."""
    duplicates: int
    reordered: int
    """Packets that arrived after one with a higher number (RFC 4737 §3.3); duplicates do not count."""
    strays: int
    """Numbers that were never sent."""
    arrived: tuple[bool, ...]
    """Of each expected packet in the order of sending."""

    @property
    def lost(self) -> int:
        return self.expected - self.received

    @property
    def loss_ratio(self) -> float | None:
        """None: nothing was expected."""
        return self.lost / self.expected if self.expected else None

    @property
    def reordered_ratio(self) -> float | None:
        """Of the packets received; None without any."""
        return self.reordered / self.received if self.received else None

    @property
    def runs(self) -> tuple[int, ...]:
        """Lengths of the runs of consecutive lost packets, in the order of sending."""
        return loss_runs(self.arrived)


def count(arrivals: Iterable[int], *, sent: range | None = None, bits: int = 16) -> LossCount:
    """Count one stream.

    `arrivals` are sequence numbers of `bits` bits in the order of arrival. `sent` are the numbers of all packets sent,
    without wrapping (`range(65530, 65630)`); without it, packets lost before the first and after the last arrival go
    unseen. Gaps of half the number space or more cannot be told from reordering. Raises ValueError for a `sent` with
    a step.
    """
    if sent is not None and sent.step != 1:
        raise ValueError(f"packets are numbered one by one, not {sent}")
    numbers = extend(arrivals, start=sent.start if sent else None, bits=bits)
    if sent is None:
        sent = range(min(numbers), max(numbers) + 1) if numbers else range(0)
    seen: set[int] = set()
    highest: int | None = None
    duplicates = reordered = strays = 0
    for number in numbers:
        if number not in sent:
            strays += 1
        elif number in seen:
            duplicates += 1
        else:
            seen.add(number)
            if highest is not None and number < highest:
                reordered += 1
            highest = number if highest is None else max(highest, number)
    return LossCount(
        expected=len(sent),
        received=len(seen),
        duplicates=duplicates,
        reordered=reordered,
        strays=strays,
        arrived=tuple(number in seen for number in sent),
    )


def extend(arrivals: Iterable[int], *, start: int | None = None, bits: int = 16) -> list[int]:
    """Sequence numbers without wrapping: each is the candidate nearest to the highest so far, at first to `start`."""
    space = 1 << bits
    highest = start
    extended: list[int] = []
    for arrival in arrivals:
        if highest is None:
            highest = arrival
        distance = (arrival - highest + space // 2) % space - space // 2
        extended.append(highest + distance)
        highest = max(highest, extended[-1])
    return extended


def loss_runs(arrived: Iterable[bool]) -> tuple[int, ...]:
    """Lengths of the runs of consecutive lost packets."""
    return tuple(len(list(run)) for came, run in groupby(arrived) if not came)


def burst_ratio(arrived: Sequence[bool]) -> float | None:
    """BurstR of G.107: mean length of the loss runs over that of random loss of the same ratio, 1 / (1 - loss).

    None if nothing or everything was lost.
    """
    runs = loss_runs(arrived)
    lost = sum(runs)
    if not runs or lost == len(arrived):
        return None
    return lost / len(runs) * (1 - lost / len(arrived))


def rtcp_fraction_lost(field: int) -> float:
    """Ratio that the "fraction lost" octet of a receiver report states, in steps of 1/256 (RFC 3550 §6.4.1).

    Raises ValueError if it is not an octet.
    """
    if not 0 <= field <= 0xFF:
        raise ValueError(f"fraction lost {field} is not an octet")
    return field / 256
