"""The MOS that many tools print: a rule of thumb without an origin, to compare with, never a verdict."""

from __future__ import annotations

import msgspec

from .emodel import mos_of_r


class FolkMos(msgspec.Struct, frozen=True, kw_only=True):
    """A type of its own, so that it cannot pass for a `Rating`."""

    folk_mos: float
    base: float
    """R of a perfect call: 93.2 or 94.768, depending on the tool."""


def folk_mos(*, rtt_s: float, jitter_s: float, loss_ratio: float, base: float = 93.2) -> FolkMos:
    """MOS of an effective latency (the whole round trip + twice the jitter + 10 ms), less 2.5 R per percent of loss."""
    effective_ms = rtt_s * 1000 + 2 * jitter_s * 1000 + 10
    latency = effective_ms / 40 if effective_ms < 160 else (effective_ms - 120) / 10
    return FolkMos(folk_mos=mos_of_r(base - latency - 250 * loss_ratio), base=base)
