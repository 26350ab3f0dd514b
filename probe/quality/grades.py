"""Two verdicts about one call that are never merged: what Control Hub would call it, and whether it is ready.

label       when
no-media    packets were sent and none arrived: nothing else is judged
poor        a metric is poor, whatever else is missing
unknown     none is poor, but one that has a limit was not measured (or no packet was sent)
acceptable  all were measured, one lies between good and poor
good        all were measured, all are good

A metric is asked for by giving it a limit; a missing one never makes a label better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from .codecs import Scale
from .scsr import LONG_CALL_S
from .summary import CallSummary

Label = Literal["good", "acceptable", "poor", "no-media", "unknown"]
Limits = Mapping[str, tuple[float, float | None]]
"""(good, poor) of a metric. Lower is better: good below the first, poor above the second, bounds lie between. Higher is
better for a MOS: good from the first on, poor below the second. None: never poor."""

CONTROL_HUB = ("media.loss", "media.rtt", "media.jitter")
"""What Control Hub judges (help.webex.com frj1efb)."""
MOS: dict[Scale, str] = {"NB": "media.mos", "WB": "media.mos.wb", "FB": "media.mos.fb"}
METRICS = (
    *CONTROL_HUB,
    "media.one_way_delay",
    "media.reordering",
    "media.scsr",
    "media.scsr.short",
    "media.outage",
    "media.loss_200ms",
    "media.loss_15s",
    *MOS.values(),
)
"""Names that limits may have; `media.scsr.short` is for calls below 20 s, `media.scsr` for the others."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    metric: str
    value: float
    good: float
    poor: float | None
    label: Literal["good", "acceptable", "poor"]


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    metric: str
    reason: str


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    label: Label
    judged: tuple[Judged, ...] = ()
    missing: tuple[Missing, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def of_measured(self) -> Label:
        """Label of the measured metrics alone, for display: Control Hub itself leaves missing metrics out."""
        if self.label == "no-media" or not self.judged:
            return self.label
        return max((judged.label for judged in self.judged), key=("good", "acceptable", "poor").index)


class ControlHubGrade(Grade, frozen=True, kw_only=True):
    """Whether Control Hub would show this call as good: it knows only good and poor."""


class ReadinessGrade(Grade, frozen=True, kw_only=True):
    """Whether the call was as good as planning asks for."""


def control_hub_grade(summary: CallSummary, limits: Limits) -> ControlHubGrade:
    """Judge loss, round trip and jitter as Control Hub does: not good is poor.

    Raises ValueError for limits on other metrics.
    """
    _check(limits, CONTROL_HUB)
    limits = {metric: (good, good) for metric, (good, _) in limits.items()}
    label, judged, missing, because = _grade(summary, limits)
    if label == "unknown" and judged:
        because = (*because, "Control Hub leaves missing metrics out of its own label")
    return ControlHubGrade(label=label, judged=judged, missing=missing, because=because)


def readiness_grade(summary: CallSummary, limits: Limits) -> ReadinessGrade:
    """Judge every metric that has a limit. Raises ValueError for names not in `METRICS` and for bounds out of order."""
    _check(limits, METRICS)
    label, judged, missing, because = _grade(summary, limits)
    return ReadinessGrade(label=label, judged=judged, missing=missing, because=because)


def _grade(
    summary: CallSummary, limits: Limits
) -> tuple[Label, tuple[Judged, ...], tuple[Missing, ...], tuple[str, ...]]:
    if not summary.sent:
        return "unknown", (), (), ("no packet was sent",)
    if not summary.received:
        return "no-media", (), (), (f"none of {summary.sent} packets arrived",)
    judged: list[Judged] = []
    asked, missing = _asked(limits, summary)
    for metric, (good, poor) in asked.items():
        value, reason = _value(summary, metric)
        if value is None:
            missing.append(Missing(metric=metric, reason=reason or "not measured"))
        else:
            judged.append(
                Judged(metric=metric, value=value, good=good, poor=poor, label=_label(metric, value, good, poor))
            )
    labels = {entry.label for entry in judged}
    label: Label
    if "poor" in labels:
        label = "poor"
    elif missing or not judged:
        label = "unknown"
    else:
        label = "acceptable" if "acceptable" in labels else "good"
    delay_is_judged = any(entry.metric == "media.one_way_delay" for entry in judged)
    because = (summary.one_way_note,) if summary.one_way_note and delay_is_judged else ()
    return label, tuple(judged), tuple(missing), because


def _asked(limits: Limits, summary: CallSummary) -> tuple[Limits, list[Missing]]:
    """The limits that apply: of SCSR, only the one for calls of this length, which has to be given."""
    wanted, other = ("media.scsr", "media.scsr.short")[:: 1 if summary.duration_s >= LONG_CALL_S else -1]
    asked = {metric: pair for metric, pair in limits.items() if metric != other}
    if other in limits and wanted not in limits:
        reason = f"no limit is given for a call of {summary.duration_s:g} s, only for those of other length"
        return asked, [Missing(metric=wanted, reason=reason)]
    return asked, []


def _value(summary: CallSummary, metric: str) -> tuple[float | None, str | None]:
    if metric in MOS.values():
        if summary.mos is not None and MOS[summary.mos_scale] != metric:
            return None, f"the MOS is on the {summary.mos_scale} scale, which cannot be compared"
        return summary.mos, summary.mos_note
    if metric == "media.one_way_delay":
        return summary.one_way_delay_s, summary.one_way_note
    values = {
        "media.loss": summary.loss_ratio,
        "media.rtt": summary.rtt_s,
        "media.jitter": summary.jitter_s,
        "media.reordering": summary.reordered_ratio,
        "media.scsr": summary.scsr,
        "media.scsr.short": summary.scsr,
        "media.outage": summary.longest_outage_s,
        "media.loss_200ms": summary.worst_200ms_ratio,
        "media.loss_15s": summary.worst_15s_ratio,
    }
    return values[metric], None


def _label(metric: str, value: float, good: float, poor: float | None) -> Literal["good", "acceptable", "poor"]:
    if metric in MOS.values():
        is_good, is_poor = value >= good, poor is not None and value < poor
    else:
        is_good, is_poor = value < good, poor is not None and (value > poor or good == poor)
    return "good" if is_good else "poor" if is_poor else "acceptable"


def _check(limits: Limits, known: tuple[str, ...]) -> None:
    for metric, (good, poor) in limits.items():
        if metric not in known:
            raise ValueError(f"no limit can be set on {metric!r}: use one of {', '.join(known)}")
        if poor is not None and (good < poor if metric in MOS.values() else good > poor):
            raise ValueError(f"{metric}: poor ({poor}) is better than good ({good})")
