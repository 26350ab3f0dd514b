"""The figures of one call that the grades are given."""

from __future__ import annotations

import math

import msgspec

from .codecs import Scale


class CallSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one direction of one call. None is "not measured"; raises ValueError for NaN and negatives."""

    sent: int
    received: int
    duration_s: float
    loss_ratio: float | None = None
    rtt_s: float | None = None
    one_way_delay_s: float | None = None
    one_way_note: str | None = None
    """Why there is no one-way delay, or what it assumes (unsynchronised clocks, half of the round trip)."""
    jitter_s: float | None = None
    reordered_ratio: float | None = None
    scsr: float | None = None
    longest_outage_s: float | None = None
    worst_200ms_ratio: float | None = None
    """Loss in the worst 200 ms."""
    worst_15s_ratio: float | None = None
    mos: float | None = None
    mos_scale: Scale = "NB"
    mos_note: str | None = None
    """Why there is no MOS."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, int | float) and not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} is {value}: what was not measured is None")
        if self.received == 0 and self.mos is not None:
            raise ValueError("a call without a packet received has no MOS")
