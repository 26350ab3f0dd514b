"""Inputs that existing tools judge wrongly, one test each: TR1 to TR17 as far as they are about numbers.

What the other tools say is written here as small functions, for comparison only; none of them is in the product.
"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.categories import category_of_r
from probe.quality.codecs import CODECS, Codec
from probe.quality.delay import MouthToEar
from probe.quality.emodel import AXES, NoRating, Rating, mos_of_r, rate
from probe.quality.folk import FolkMos, folk_mos
from probe.quality.grades import Limits, control_hub_grade, readiness_grade
from probe.quality.jitter import interarrival_jitter
from probe.quality.loss import count, rtcp_fraction_lost
from probe.quality.scsr import label as scsr_label
from probe.quality.scsr import severely_concealed_seconds
from probe.quality.summary import CallSummary
from probe.quality.windows import longest_outage, worst_window

TH1: Limits = {"media.loss": (0.05, None), "media.rtt": (0.4, None), "media.jitter": (0.15, None)}
READY: Limits = {
    "media.loss": (0.01, 0.025),
    "media.one_way_delay": (0.15, 0.4),
    "media.jitter": (0.03, 0.075),
    "media.mos": (4.0, 3.6),
}
RANK = {"good": 0, "acceptable": 1, "poor": 2}


def rated(codec: str | Codec, loss_ratio: float, delay_s: float = 0) -> Rating:
    result = rate(codec, loss_ratio=loss_ratio, one_way_delay_s=delay_s)
    assert isinstance(result, Rating), result
    return result


def summary(rtt_s: float, jitter_s: float, loss_ratio: float) -> CallSummary:
    """A minute of G.711 with half the round trip each way, a jitter buffer of the jitter and packets of 20 ms."""
    delay = MouthToEar(network_s=rtt_s / 2, jitter_buffer_s=jitter_s, packetisation_s=0.02, half_of_rtt=True)
    return CallSummary(
        sent=3000,
        received=round(3000 * (1 - loss_ratio)),
        duration_s=60,
        loss_ratio=loss_ratio,
        rtt_s=rtt_s,
        one_way_delay_s=delay.total_s,
        one_way_note=delay.because[-1],
        jitter_s=jitter_s,
        mos=rated("g711", loss_ratio, delay.total_s).mos,
    )


def ready(rtt_s: float, jitter_s: float, loss_ratio: float) -> str:
    return readiness_grade(summary(rtt_s, jitter_s, loss_ratio), READY).label


def twilio_mos(rtt_ms: float, jitter_ms: float, loss_percent: float) -> float:
    return folk_mos(rtt_s=rtt_ms / 1000, jitter_s=jitter_ms / 1000, loss_ratio=loss_percent / 100, base=94.768).folk_mos


def twilio_word(mos: float) -> str:
    """Bands for values with one decimal, asked with unrounded ones."""
    if mos > 4.2:
        return "excellent"
    if 4.1 <= mos <= 4.2:
        return "great"
    if 3.7 <= mos <= 4.0:
        return "good"
    return "fair" if 3.1 <= mos <= 3.6 else "degraded"


def test_tr01_labels_have_no_holes_where_twilio_has_71() -> None:
    grid = list(product(range(20, 400, 5), range(6)))
    holes = [
        point for point in grid if (mos := twilio_mos(point[0], 10, point[1])) > 3.1 and twilio_word(mos) == "degraded"
    ]
    assert (len(grid), len(holes)) == (456, 71)
    assert {ready(rtt / 1000, 0.01, loss / 100) for rtt, loss in grid} == set(RANK)
    for rtt, loss in grid:
        here = RANK[ready(rtt / 1000, 0.01, loss / 100)]
        assert here <= RANK[ready((rtt + 5) / 1000, 0.01, loss / 100)]
        assert here <= RANK[ready(rtt / 1000, 0.01, (loss + 1) / 100)]


def test_tr01_the_two_calls_that_twilio_calls_degraded_and_the_worse_one_that_it_calls_fair() -> None:
    assert twilio_mos(250, 0, 0) == pytest.approx(4.053, abs=0.0005)
    assert twilio_mos(200, 10, 5) == pytest.approx(3.656, abs=0.0005)
    assert twilio_mos(300, 20, 1) == pytest.approx(3.562, abs=0.0005)
    assert [twilio_word(twilio_mos(*point)) for point in ((250, 0, 0), (200, 10, 5), (300, 20, 1))] == [
        "degraded",
        "degraded",
        "fair",
    ]
    assert [ready(0.25, 0, 0), ready(0.2, 0.01, 0.05), ready(0.3, 0.02, 0.01)] == ["good", "poor", "acceptable"]


@given(st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.5), st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.5))
def test_tr01_no_worse_input_gets_a_better_label(
    rtt: float, jitter: float, loss: float, more_rtt: float, more_jitter: float, more_loss: float
) -> None:
    better, worse = (rtt, jitter, loss), (rtt + more_rtt, jitter + more_jitter, min(0.99, loss + more_loss))
    assert RANK[ready(*better)] <= RANK[ready(*worse)]
    hub = [RANK[control_hub_grade(summary(*point), TH1).label] for point in (better, worse)]
    assert hub[0] <= hub[1]


def test_tr03_20_percent_loss_is_poor_at_any_delay() -> None:
    for rtt_s, jitter_s in ((0.018, 0.005), (0.009, 0.005), (0, 0)):
        assert ready(rtt_s, jitter_s, 0.2) == "poor"
        assert control_hub_grade(summary(rtt_s, jitter_s, 0.2), TH1).label == "poor"


@pytest.mark.parametrize("loss_ratio", [0.05, 0.10, 0.15, 0.20, 0.30])
def test_tr04_loss_that_passes_elsewhere_is_poor_here(loss_ratio: float) -> None:
    """Vonage's MOS for these: 3.62, 3.17, 2.84, 2.59, 2.22; it passes from 2.4 on, whatever the delay."""
    assert ready(0.02, 0, loss_ratio) == "poor"


def test_tr04_delay_and_jitter_enter() -> None:
    assert [ready(0.02, 0, 0), ready(0.9, 0, 0), ready(0.02, 0.1, 0)] == ["good", "poor", "poor"]
    assert rated("g711", 0.05, 0.4).r < rated("g711", 0.05, 0.15).r - 20


def test_tr05_one_table_of_words_and_what_others_call_a_mos_of_3_2() -> None:
    def twilio(mos: float) -> str:
        return twilio_word(mos)

    def testrtc(mos: float) -> str:
        return "good" if 3 <= mos < 4 else "excellent" if mos >= 4 else "bad"

    def vonage(mos: float) -> str:
        return "pass" if mos >= 2.4 else "fail"

    r = next(tenth / 10 for tenth in range(1000) if mos_of_r(tenth / 10) >= 3.2)
    assert [twilio(3.2), testrtc(3.2), vonage(3.2)] == ["fair", "good", "pass"]
    assert category_of_r(r) == ("low", "many users dissatisfied")
    assert readiness_grade(
        CallSummary(sent=1, received=1, duration_s=60, mos=3.2), {"media.mos": READY["media.mos"]}
    ).label == "poor"  # fmt: skip


def test_tr06_control_hub_good_and_not_ready_side_by_side() -> None:
    edge = summary(0.399, 0.149, 0.0499)
    assert control_hub_grade(edge, TH1).label == "good"
    assert readiness_grade(edge, READY).label == "poor"


def test_tr07_ten_dead_seconds_in_five_minutes() -> None:
    packets, dead = 15_000, range(5_000, 5_500)
    result = count((number for number in range(packets) if number not in dead), sent=range(packets))
    times_s = [number * 0.02 for number in range(packets)]
    assert result.loss_ratio == pytest.approx(0.0333, abs=0.00005)
    average = rated("g711", result.loss_ratio or 0)
    assert average.r == pytest.approx(82, abs=0.1)
    assert average.mos == pytest.approx(4.10, abs=0.005)

    window = worst_window(times_s, result.arrived, width_s=15, interval_s=0.02)
    outage = longest_outage(times_s, result.arrived, interval_s=0.02)
    scsr = severely_concealed_seconds([not came for came in result.arrived], packet_s=0.02)
    assert window is not None
    assert outage is not None
    assert scsr is not None
    assert window.loss_ratio == pytest.approx(0.667, abs=0.0005)
    assert rated("g711", window.loss_ratio).mos == pytest.approx(1.4, abs=0.05)
    assert outage.duration_s == pytest.approx(10)
    assert outage.start_s == pytest.approx(100)
    assert scsr.severe == 10
    assert scsr.ratio == pytest.approx(0.0333, abs=0.00005)
    assert scsr_label(scsr.ratio, 300, long_call=(0.03, 0.07), short_call=(0.2, 0.3)) == "acceptable"

    call = CallSummary(
        sent=packets,
        received=result.received,
        duration_s=300,
        loss_ratio=result.loss_ratio,
        rtt_s=0.05,
        jitter_s=0.001,
        mos=average.mos,
        scsr=scsr.ratio,
        longest_outage_s=outage.duration_s,
        worst_15s_ratio=window.loss_ratio,
    )
    assert control_hub_grade(call, TH1).label == "good"
    assert readiness_grade(call, {"media.scsr": (0.03, 0.07)}).label == "acceptable"
    assert readiness_grade(call, {"media.mos": (4.0, 3.6), "media.outage": (0.2, 2.0)}).label == "poor"
    assert readiness_grade(call, {"media.mos": (4.0, 3.6), "media.loss_15s": (0.01, 0.1)}).label == "poor"


def test_tr08_no_packet_received_is_no_media_without_a_mos() -> None:
    silence = count([], sent=range(500))
    assert silence.loss_ratio == 1
    assert rate("g711", loss_ratio=silence.loss_ratio, one_way_delay_s=0.01) == NoRating(reason="no packet arrived")
    assert rate("g711", loss_ratio=count([]).loss_ratio, one_way_delay_s=0.01) == NoRating(
        reason="the loss was not measured"
    )
    call = CallSummary(sent=500, received=0, duration_s=10, loss_ratio=1.0, rtt_s=0.009, jitter_s=0.0)
    assert readiness_grade(call, READY).label == "no-media"
    assert control_hub_grade(call, TH1).label == "no-media"


def test_tr09_an_unidentified_codec_has_no_mos() -> None:
    assert rate(None, loss_ratio=0, one_way_delay_s=0) == NoRating(reason="the codec was not identified")
    assert rate("x-placeholder", loss_ratio=0, one_way_delay_s=0) == NoRating(
        reason="no E-model values are known for codec 'x-placeholder'"
    )


def test_tr10_amr_wb_is_rated_on_the_wideband_scale() -> None:
    rating = rated("amr-wb-12.65-monotic", 0)
    assert rating.scale == "WB"
    assert rating.r / 1.29 == pytest.approx(89.9, abs=0.05)
    assert rating.mos == pytest.approx(4.34, abs=0.005)
    wrong = 93.2 - CODECS["amr-wb-12.65-monotic"].ie
    assert wrong == pytest.approx(80.2)
    assert mos_of_r(wrong) == pytest.approx(4.03, abs=0.005)
    assert AXES["WB"].best - AXES["NB"].best == pytest.approx(35.8)


def test_tr11_ie_and_bpl_of_different_listening_are_refused() -> None:
    mixed = Codec(
        name="amr-wb-12.65",
        scale="WB",
        ie=13,
        bpl=4.3,
        edition="two tables",
        ie_mark="copy",
        bpl_mark="copy",
        ie_listening="monotic",
        bpl_listening="diotic",
    )
    for loss_ratio in (0, 0.01):
        result = rate(mixed, loss_ratio=loss_ratio, one_way_delay_s=0)
        assert isinstance(result, NoRating)
        assert "Ie (monotic) and Bpl (diotic)" in result.reason
    assert isinstance(rate("amr-wb-12.65-monotic", loss_ratio=0.01, one_way_delay_s=0), NoRating)


def test_tr11_the_diotic_pair_is_used_and_says_so() -> None:
    rating = rated("amr-wb-12.65-diotic", 0.01)
    assert rating.r == pytest.approx(129 - 20 - 75 / 5.3)
    assert "values of diotic listening" in rating.because


def test_tr13_reordering_is_not_loss() -> None:
    """Every 20th packet is overtaken by the next two."""
    arrivals = sorted(range(3000), key=lambda number: number + (2.5 if number % 20 == 10 else 0))
    result = count(arrivals, sent=range(3000))
    assert result.lost == 0
    assert result.reordered_ratio == pytest.approx(0.05)


def test_tr13_duplicates_are_neither_loss_nor_gain() -> None:
    arrivals = [number for number in range(3000) for _ in range(2 if number % 50 == 0 else 1)]
    result = count(arrivals, sent=range(3000))
    assert (result.loss_ratio, result.duplicates, result.reordered) == (0, 60, 0)
    hidden = count([number for number in arrivals if number % 50 != 25], sent=range(3000))
    assert (hidden.lost, hidden.duplicates) == (60, 60)


def test_tr14_rtcp_fraction_lost_keeps_its_fraction() -> None:
    """2 / 256; integer percents make it 0."""
    assert 100 * rtcp_fraction_lost(2) == pytest.approx(0.78, abs=0.005)
    assert rated("g711", rtcp_fraction_lost(2)).r < rated("g711", 0).r - 2


def test_tr15_unsynchronised_clocks_take_away_the_one_way_delay_and_nothing_else() -> None:
    ahead_s = 4000.0
    arrivals = [(n * 0.02, n * 0.02 + 0.03 - ahead_s + (0.004 if n % 2 else 0)) for n in range(500)]
    jitter_s = interarrival_jitter(arrivals)
    assert jitter_s == pytest.approx(0.004, rel=0.001)
    one_way = rate("g711", loss_ratio=0.0, one_way_delay_s=arrivals[0][1] - arrivals[0][0])
    assert isinstance(one_way, NoRating)
    assert "clocks disagree" in one_way.reason
    call = CallSummary(
        sent=500,
        received=500,
        duration_s=10,
        loss_ratio=0.0,
        rtt_s=0.06,
        jitter_s=jitter_s,
        one_way_note="the clocks are not synchronised",
        mos_note=one_way.reason,
    )
    assert control_hub_grade(call, TH1).label == "good"
    grade = readiness_grade(call, READY)
    assert grade.label == "unknown"
    assert [(entry.metric, entry.reason) for entry in grade.missing] == [
        ("media.one_way_delay", "the clocks are not synchronised"),
        ("media.mos", one_way.reason),
    ]
    assert {entry.metric: entry.label for entry in grade.judged} == {"media.loss": "good", "media.jitter": "good"}


@pytest.mark.parametrize(
    ("rtt_ms", "jitter_ms", "loss_percent", "with_93_2", "with_94_768"),
    [(80, 5, 0, 4.36, 4.39), (200, 20, 3, 3.72, 3.79), (400, 30, 0, 3.01, 3.09)],
)
def test_tr17_folk_mos_is_a_comparison_value_of_its_own_type(
    rtt_ms: float, jitter_ms: float, loss_percent: float, with_93_2: float, with_94_768: float
) -> None:
    for base, mos in ((93.2, with_93_2), (94.768, with_94_768)):
        folk = folk_mos(rtt_s=rtt_ms / 1000, jitter_s=jitter_ms / 1000, loss_ratio=loss_percent / 100, base=base)
        assert folk.folk_mos == pytest.approx(mos, abs=0.0051)
        assert folk.base == base
    assert not hasattr(folk, "mos")
    assert not issubclass(FolkMos, Rating)
