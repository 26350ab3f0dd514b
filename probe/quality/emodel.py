"""The E-model: a call's transmission rating R and the MOS that follows, ITU-T G.107, G.107.1 (WB) and G.107.2 (FB).

R = (Ro - Is) - Id - Ie,eff on the axis of the codec's scale; MOS from R / factor. A MOS of one scale says nothing on
another.

scale   Ro - Is   ceiling of Ie,eff   factor
NB         93.2                  95     1
WB        129                    95     1.29
FB        148                   132     1.48
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from .codecs import CODECS, UNPUBLISHED, Codec, Scale
from .delay import DelayForm, absolute_delay_impairment, short_delay_impairment


class Axis(msgspec.Struct, frozen=True):
    best: float
    """R of a connection without delay, codec and loss, all other parameters at their defaults."""
    ceiling: float
    """What Ie,eff tends to as loss grows."""
    factor: float
    """R of this scale / factor goes into the MOS formula."""


AXES: dict[Scale, Axis] = {"NB": Axis(93.2, 95, 1), "WB": Axis(129, 95, 1.29), "FB": Axis(148, 132, 1.48)}


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """R and MOS with all that is needed to read them."""

    scale: Scale
    r: float
    """On its own scale: at most 93.2, 129 or 148; not below 0."""
    mos: float
    """1 to 4.5, on its own scale."""
    codec: str
    edition: str
    provisional: bool
    delay_form: DelayForm
    one_way_delay_s: float
    loss_ratio: float
    burst_ratio: float
    buffer_model: str
    window_s: float | None
    """Seconds of the call that were rated; None: not stated."""
    because: tuple[str, ...]
    """Assumptions and weaknesses of this figure."""


class NoRating(msgspec.Struct, frozen=True, kw_only=True):
    """There is no R and no MOS, and this is why."""

    reason: str


def mos_of_r(r: float) -> float:
    """MOS of a narrowband R, G.107 Annex B. The printed cubic dips below 1 for 0 < R < 6.5; 1 is the floor here."""
    if r <= 0:
        return 1.0
    if r >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))


def effective_impairment(*, ie: float, bpl: float, loss_ratio: float, burst_ratio: float, ceiling: float) -> float:
    """Ie,eff, G.107 §7.5: the codec's impairment under loss, at most `ceiling`."""
    percent = loss_ratio * 100
    return min(ceiling, ie + (ceiling - ie) * percent / (percent / burst_ratio + bpl))


def rate(
    codec: str | Codec | None,
    *,
    loss_ratio: float | None,
    one_way_delay_s: float | None,
    burst_ratio: float = 1.0,
    delay_form: DelayForm = "full",
    buffer_model: str = "none",
    window_s: float | None = None,
    assumptions: Sequence[str] = (),
) -> Rating | NoRating:
    """Rate one direction of a call.

    `loss_ratio` counts what the jitter buffer discarded too; `one_way_delay_s` is mouth to ear (see `MouthToEar`,
    whose `because` belongs into `assumptions`); `burst_ratio` is 1 for random loss. Raises ValueError for a loss ratio
    outside 0..1 or a burst ratio that is not positive.
    """
    found = _codec(codec)
    if isinstance(found, NoRating):
        return found
    if loss_ratio is not None and not 0 <= loss_ratio <= 1:
        raise ValueError(f"loss ratio {loss_ratio} is not between 0 and 1")
    if not (math.isfinite(burst_ratio) and burst_ratio > 0):
        raise ValueError(f"burst ratio {burst_ratio} is not positive")
    reason = _objection(found, loss_ratio, one_way_delay_s, delay_form)
    if reason or loss_ratio is None or one_way_delay_s is None:
        return NoRating(reason=reason or "nothing was measured")
    axis = AXES[found.scale]
    impairment = found.ie
    if loss_ratio and found.bpl is not None:
        impairment = effective_impairment(
            ie=found.ie, bpl=found.bpl, loss_ratio=loss_ratio, burst_ratio=burst_ratio, ceiling=axis.ceiling
        )
    delay = absolute_delay_impairment if delay_form == "full" else short_delay_impairment
    r = max(0.0, axis.best - axis.factor * delay(one_way_delay_s) - impairment)
    return Rating(
        scale=found.scale,
        r=r,
        mos=mos_of_r(r / axis.factor),
        codec=found.name,
        edition=found.edition,
        provisional=found.provisional,
        delay_form=delay_form,
        one_way_delay_s=one_way_delay_s,
        loss_ratio=loss_ratio,
        burst_ratio=burst_ratio,
        buffer_model=buffer_model,
        window_s=window_s,
        because=(*assumptions, *_weaknesses(found, loss_ratio, one_way_delay_s, burst_ratio)),
    )


def worst(ratings: Sequence[Rating | NoRating]) -> Rating | NoRating:
    """The lowest of several ratings of one scale; no rating if one of them is missing or the scales differ."""
    rated = [rating for rating in ratings if isinstance(rating, Rating)]
    for rating in ratings:
        if isinstance(rating, NoRating):
            return rating
    scales = sorted({rating.scale for rating in rated})
    if len(scales) != 1:
        return NoRating(reason=f"MOS of {' and '.join(scales)} cannot be compared" if scales else "nothing was rated")
    return min(rated, key=lambda rating: rating.r)


def _codec(codec: str | Codec | None) -> Codec | NoRating:
    if isinstance(codec, Codec):
        return codec
    if codec is None:
        return NoRating(reason="the codec was not identified")
    name = codec.lower()
    if name in CODECS:
        return CODECS[name]
    return NoRating(reason=UNPUBLISHED.get(name, f"no E-model values are known for codec {codec!r}"))


def _objection(codec: Codec, loss_ratio: float | None, delay_s: float | None, form: DelayForm) -> str | None:
    if loss_ratio is None:
        return "the loss was not measured"
    if loss_ratio == 1:
        return "no packet arrived"
    if delay_s is None:
        return "the one-way delay is not known"
    if not (math.isfinite(delay_s) and delay_s >= 0):
        return f"a one-way delay of {delay_s} s is not a measurement: the clocks disagree"
    if form == "short" and codec.scale != "NB":
        return f"the short delay form was fitted to narrowband speech, {codec.name} is on the {codec.scale} scale"
    if codec.bpl is not None and codec.ie_listening != codec.bpl_listening:
        ie, bpl = codec.ie_listening or "unstated", codec.bpl_listening or "unstated"
        return f"Ie ({ie}) and Bpl ({bpl}) of {codec.name} are of different listening modes"
    if loss_ratio > 0 and codec.bpl is None:
        return f"no Bpl is known for {codec.name}: its quality under loss cannot be computed"
    return None


def _weaknesses(codec: Codec, loss_ratio: float, delay_s: float, burst_ratio: float) -> list[str]:
    said = list(codec.notes)
    if codec.ie_listening:
        said.append(f"values of {codec.ie_listening} listening")
    if codec.provisional:
        said.append("codec values are provisional planning values, not checked in the recommendation")
    if burst_ratio > 1 and loss_ratio > 0:
        said.append("the E-model under-rates bursts: read the worst windows and SCSR beside it")
    if codec.scale == "WB" and delay_s > 0.1:
        said.append("delay curve scaled to the wideband axis as the fullband model does; not checked in G.107.1")
    return said
