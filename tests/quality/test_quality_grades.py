"""The two verdicts about a call: total, monotone, never merged, and never better for want of a metric."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.grades import CONTROL_HUB, METRICS, ControlHubGrade, Limits, control_hub_grade, readiness_grade
from probe.quality.summary import CallSummary

TH1: Limits = {"media.loss": (0.05, None), "media.rtt": (0.4, None), "media.jitter": (0.15, None)}
TH2: Limits = {"media.loss": (0.025, None), "media.rtt": (0.2, None), "media.jitter": (0.075, None)}
READY: Limits = {
    "media.loss": (0.01, 0.025),
    "media.rtt": (0.3, 0.4),
    "media.one_way_delay": (0.15, 0.4),
    "media.jitter": (0.03, 0.075),
    "media.mos": (4.0, 3.6),
    "media.scsr": (0.03, 0.07),
    "media.scsr.short": (0.20, 0.30),
    "media.outage": (0.2, 2.0),
    "media.loss_200ms": (0.1, None),
    "media.loss_15s": (0.01, 0.1),
    "media.reordering": (0.0005, 0.01),
}
"""TH4, SCSR, G.114, TH6 where they say something; the outage's numbers are this test's own."""

PERFECT: dict[str, Any] = {
    "loss_ratio": 0.0, "rtt_s": 0.02, "one_way_delay_s": 0.01, "jitter_s": 0.001, "reordered_ratio": 0.0, "scsr": 0.0,
    "longest_outage_s": 0.0, "worst_200ms_ratio": 0.0, "worst_15s_ratio": 0.0, "mos": 4.4,
}  # fmt: skip
RANK = {"good": 0, "acceptable": 1, "poor": 2, "no-media": 3}

ratio = st.floats(0, 1)
seconds = st.floats(0, 1)
FIGURES = st.fixed_dictionaries(
    {
        "loss_ratio": ratio,
        "rtt_s": seconds,
        "one_way_delay_s": seconds,
        "jitter_s": st.floats(0, 0.3),
        "reordered_ratio": st.floats(0, 0.02),
        "scsr": ratio,
        "longest_outage_s": st.floats(0, 20),
        "worst_200ms_ratio": ratio,
        "worst_15s_ratio": ratio,
        "mos": st.floats(1, 4.5),
    }
)


def call(*, received: int = 3000, sent: int = 3000, duration_s: float = 60.0, **figures: Any) -> CallSummary:
    return CallSummary(sent=sent, received=received, duration_s=duration_s, **figures)


def ready(**figures: Any) -> str:
    return readiness_grade(call(**PERFECT | figures), READY).label


def test_a_perfect_call_is_good_in_both() -> None:
    assert ready() == "good"
    assert control_hub_grade(call(**PERFECT), TH1).label == "good"
    assert control_hub_grade(call(**PERFECT), TH2).label == "good"


@pytest.mark.parametrize("limits", [TH1, TH2])
@pytest.mark.parametrize("metric", CONTROL_HUB)
def test_control_hub_is_good_below_the_bound_and_not_on_it(limits: Limits, metric: str) -> None:
    field = {"media.loss": "loss_ratio", "media.rtt": "rtt_s", "media.jitter": "jitter_s"}[metric]
    bound = limits[metric][0]
    assert control_hub_grade(call(**PERFECT | {field: bound * 0.999}), limits).label == "good"
    assert control_hub_grade(call(**PERFECT | {field: bound}), limits).label == "poor"


@pytest.mark.parametrize(
    ("figures", "label"),
    [({"loss_ratio": 0.0099}, "good"), ({"loss_ratio": 0.01}, "acceptable"), ({"loss_ratio": 0.025}, "acceptable"),
     ({"loss_ratio": 0.0251}, "poor"), ({"one_way_delay_s": 0.15}, "acceptable"), ({"one_way_delay_s": 0.41}, "poor"),
     ({"mos": 4.0}, "good"), ({"mos": 3.99}, "acceptable"), ({"mos": 3.6}, "acceptable"), ({"mos": 3.59}, "poor"),
     ({"scsr": 0.03}, "acceptable"), ({"scsr": 0.07}, "acceptable"), ({"scsr": 0.0701}, "poor"),
     ({"scsr": 0.1, "duration_s": 10.0}, "good"), ({"scsr": 0.1, "duration_s": 20.0}, "poor"),
     ({"worst_200ms_ratio": 1.0}, "acceptable"), ({"longest_outage_s": 2.1}, "poor")],
)  # fmt: skip
def test_readiness_bounds(figures: dict[str, Any], label: str) -> None:
    assert ready(**figures) == label


@given(FIGURES, FIGURES, st.floats(1, 100))
def test_labels_are_total_and_no_worse_input_gets_a_better_one(
    one: dict[str, Any], other: dict[str, Any], duration_s: float
) -> None:
    better = {name: (max if name == "mos" else min)(one[name], other[name]) for name in one}
    worse = {name: (min if name == "mos" else max)(one[name], other[name]) for name in one}
    for grade, limits in ((readiness_grade, READY), (control_hub_grade, TH1), (control_hub_grade, TH2)):
        labels = [grade(call(duration_s=duration_s, **figures), limits).label for figures in (better, worse)]
        assert RANK[labels[0]] <= RANK[labels[1]]


@given(FIGURES, st.sets(st.sampled_from(sorted(PERFECT)), min_size=1))
def test_a_missing_metric_never_reads_as_good(figures: dict[str, Any], dropped: set[str]) -> None:
    full = readiness_grade(call(**figures), READY)
    partial = readiness_grade(call(**{name: value for name, value in figures.items() if name not in dropped}), READY)
    assert partial.label in {"unknown", "poor"}
    assert len(partial.missing) == len(dropped)
    assert len(partial.judged) + len(partial.missing) == len(full.judged)
    assert partial.label != "poor" or full.label == "poor"


def test_one_poor_metric_is_poor_whatever_is_missing() -> None:
    assert readiness_grade(call(loss_ratio=0.2), READY).label == "poor"


def test_control_hub_itself_would_leave_the_missing_metric_out() -> None:
    grade = control_hub_grade(call(loss_ratio=0.0, rtt_s=0.05), TH1)
    assert (grade.label, grade.of_measured) == ("unknown", "good")
    assert [entry.metric for entry in grade.missing] == ["media.jitter"]
    assert grade.because == ("Control Hub leaves missing metrics out of its own label",)


def test_nothing_measured_is_unknown_and_nothing_asked_too() -> None:
    assert readiness_grade(call(), READY).label == "unknown"
    assert readiness_grade(call(), READY).of_measured == "unknown"
    assert control_hub_grade(call(), TH1).label == "unknown"
    assert readiness_grade(call(**PERFECT), {}).label == "unknown"


@given(FIGURES)
def test_no_packet_is_no_media_whatever_else_was_measured(figures: dict[str, Any]) -> None:
    del figures["mos"]
    for grade, limits in ((readiness_grade, READY), (control_hub_grade, TH1)):
        result = grade(call(received=0, **figures), limits)
        assert (result.label, result.of_measured, result.judged) == ("no-media", "no-media", ())
        assert grade(call(received=0, sent=0), limits).label == "unknown"


def test_the_assumption_behind_a_delay_is_said() -> None:
    note = "half of the round trip: the clocks are not synchronised"
    assert readiness_grade(call(**PERFECT, one_way_note=note), READY).because == (note,)
    assert readiness_grade(call(**PERFECT, one_way_note=note), {"media.loss": (0.01, None)}).because == ()


def test_a_mos_is_held_against_its_own_scale_only() -> None:
    wideband = call(**PERFECT | {"mos_scale": "WB"})
    grade = readiness_grade(wideband, READY)
    assert grade.label == "unknown"
    assert [(entry.metric, "WB scale" in entry.reason) for entry in grade.missing] == [("media.mos", True)]
    assert readiness_grade(wideband, {"media.mos.wb": (4.0, 3.6)}).label == "good"
    assert readiness_grade(call(**PERFECT), {"media.mos.wb": (4.0, 3.6)}).label == "unknown"


def test_a_short_call_is_not_held_against_the_limit_of_long_ones() -> None:
    long_only: Limits = {"media.scsr": (0.03, 0.07)}
    grade = readiness_grade(call(scsr=0.1, duration_s=10.0), long_only)
    assert (grade.label, [entry.metric for entry in grade.missing]) == ("unknown", ["media.scsr.short"])
    assert readiness_grade(call(scsr=0.1, duration_s=60.0), long_only).label == "poor"


def test_the_verdicts_are_of_different_types_and_carry_what_was_judged() -> None:
    hub, own = control_hub_grade(call(**PERFECT), TH1), readiness_grade(call(**PERFECT), READY)
    assert isinstance(hub, ControlHubGrade)
    assert not isinstance(own, ControlHubGrade)
    assert [(entry.metric, entry.good, entry.poor) for entry in hub.judged] == [
        ("media.loss", 0.05, 0.05),
        ("media.rtt", 0.4, 0.4),
        ("media.jitter", 0.15, 0.15),
    ]
    assert {entry.metric for entry in own.judged} == READY.keys() - {"media.scsr.short"}
    assert msgspec.json.decode(msgspec.json.encode(hub), type=ControlHubGrade) == hub


def test_limits_that_make_no_sense_are_errors() -> None:
    with pytest.raises(ValueError, match=r"'media\.lost'.*media\.loss"):
        readiness_grade(call(), {"media.lost": (0.01, 0.05)})
    with pytest.raises(ValueError, match=r"'media\.mos'"):
        control_hub_grade(call(), {"media.mos": (4.0, None)})
    with pytest.raises(ValueError, match="better than good"):
        readiness_grade(call(), {"media.loss": (0.05, 0.01)})
    with pytest.raises(ValueError, match="better than good"):
        readiness_grade(call(), {"media.mos": (3.6, 4.0)})


@pytest.mark.parametrize("figures", [{"one_way_delay_s": float("nan")}, {"loss_ratio": -0.1}, {"rtt_s": float("inf")}])
def test_nan_and_negatives_are_not_measurements(figures: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="what was not measured is None"):
        call(**figures)


def test_silence_has_no_mos() -> None:
    with pytest.raises(ValueError, match="no MOS"):
        call(received=0, mos=4.5)


def test_every_metric_can_be_asked_for_alone() -> None:
    for metric in METRICS:
        bound = 4.0 if "mos" in metric else 0.5
        duration_s = 10.0 if metric.endswith(".short") else 60.0
        scale = {"media.mos.wb": "WB", "media.mos.fb": "FB"}.get(metric, "NB")
        summary = call(**PERFECT | {"mos_scale": scale}, duration_s=duration_s)
        assert readiness_grade(summary, {metric: (bound, None)}).label == "good", metric
