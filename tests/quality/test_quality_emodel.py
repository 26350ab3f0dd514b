"""E-model: the check values of G.107 and of the codec tables, and the rules about missing and mixed values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.quality.categories import CATEGORIES, category, category_of_r
from probe.quality.codecs import CODECS, UNPUBLISHED, Codec
from probe.quality.delay import DelayForm, MouthToEar, absolute_delay_impairment, short_delay_impairment
from probe.quality.emodel import AXES, NoRating, Rating, effective_impairment, mos_of_r, rate, worst

RATIOS = st.floats(0, 0.999)
DELAYS = st.floats(0, 2)
BURSTS = st.floats(0.5, 20)
WITH_BPL = sorted(name for name, codec in CODECS.items() if codec.bpl is not None)


def rated(
    codec: str | Codec, loss_ratio: float = 0, delay_s: float = 0, form: DelayForm = "full", burst: float = 1
) -> Rating:
    result = rate(codec, loss_ratio=loss_ratio, one_way_delay_s=delay_s, delay_form=form, burst_ratio=burst)
    assert isinstance(result, Rating), result
    return result


def refused(codec: str | Codec | None, loss_ratio: float | None = 0, delay_s: float | None = 0) -> str:
    result = rate(codec, loss_ratio=loss_ratio, one_way_delay_s=delay_s)
    assert isinstance(result, NoRating), result
    return result.reason


@pytest.mark.parametrize(
    ("r", "mos"),
    [(100, 4.50), (93.2, 4.41), (90, 4.34), (85, 4.20), (80, 4.02), (75, 3.82), (70, 3.60), (65, 3.35), (60, 3.10),
     (50, 2.58), (40, 2.06), (30, 1.61), (20, 1.25), (0, 1), (-20, 1), (130, 4.5)],
)  # fmt: skip
def test_g107_annex_b_mos_of_r(r: float, mos: float) -> None:
    assert mos_of_r(r) == pytest.approx(mos, abs=0.0051)


@given(st.floats(-50, 150), st.floats(0, 50))
def test_mos_never_falls_as_r_rises_and_stays_between_1_and_4_5(r: float, more: float) -> None:
    assert 1 <= mos_of_r(r) <= mos_of_r(r + more) + 1e-12 <= 4.5 + 1e-12


@pytest.mark.parametrize(
    ("ms", "full", "short"),
    [(50, 93.2, 92.0), (100, 93.2, 90.8), (150, 93.0, 89.6), (177.3, 92.0, 88.9), (200, 90.2, 85.9), (250, 84.3, 79.2),
     (300, 78.4, 72.5), (400, 69.1, 59.1), (500, 62.6, 45.7)],
)  # fmt: skip
def test_r_under_delay_alone_in_both_forms(ms: float, full: float, short: float) -> None:
    assert 93.2 - absolute_delay_impairment(ms / 1000) == pytest.approx(full, abs=0.0501)
    assert 93.2 - short_delay_impairment(ms / 1000) == pytest.approx(short, abs=0.0501)
    assert rated("g711", delay_s=ms / 1000).r == pytest.approx(full, abs=0.0501)
    assert rated("g711", delay_s=ms / 1000, form="short").r == pytest.approx(short, abs=0.0501)


def test_where_each_delay_form_bends() -> None:
    assert [absolute_delay_impairment(delay_s) for delay_s in (0, 0.05, 0.092, 0.1)] == [0, 0, 0, 0]
    assert short_delay_impairment(0.1773) == pytest.approx(0.024 * 177.3)
    assert short_delay_impairment(0.1873) == pytest.approx(0.024 * 187.3 + 1.1)


def test_the_delay_forms_differ_by_10_points_at_400_ms_and_17_at_500_and_each_rating_names_its_form() -> None:
    for delay_s, points in ((0.4, 10), (0.5, 17)):
        full, short = rated("g711", delay_s=delay_s), rated("g711", delay_s=delay_s, form="short")
        assert full.r - short.r == pytest.approx(points, abs=0.5)
        assert (full.delay_form, short.delay_form) == ("full", "short")


@pytest.mark.parametrize(
    ("codec", "percent", "r", "mos"),
    [("g711", 1, 89.6, 4.33), ("g711", 2, 86.2, 4.23), ("g711", 5, 77.4, 3.92), ("g711", 10, 66.1, 3.41),
     ("g711", 20, 51.1, 2.63), ("g711-no-concealment", 1, 75.3, 3.83), ("g711-no-concealment", 2, 63.0, 3.26),
     ("g711-no-concealment", 5, 42.1, 2.17), ("g729", 0, 83.2, 4.14), ("g729", 1, 79.0, 3.98), ("g729", 5, 65.5, 3.38)],
)  # fmt: skip
def test_narrowband_codecs_under_random_loss(codec: str, percent: float, r: float, mos: float) -> None:
    rating = rated(codec, percent / 100)
    assert rating.r == pytest.approx(r, abs=0.0501)
    assert rating.mos == pytest.approx(mos, abs=0.0051)


@pytest.mark.parametrize(("codec", "r", "mos"), [("g711", 86.0, 4.23), ("g729", 75.4, 3.84)])
def test_150_ms_and_1_percent_in_the_short_form(codec: str, r: float, mos: float) -> None:
    rating = rated(codec, 0.01, 0.15, form="short")
    assert rating.r == pytest.approx(r, abs=0.0501)
    assert rating.mos == pytest.approx(mos, abs=0.0051)


@pytest.mark.parametrize(
    ("codec", "scale", "mos"),
    [("amr-wb-12.65-monotic", "WB", 4.34), ("amr-wb-23.85-monotic", "WB", 4.42), ("amr-wb-23.05-monotic", "WB", 4.49),
     ("amr-wb-6.6-monotic", "WB", 3.51), ("amr-wb-12.65-diotic", "WB", 4.18), ("amr-wb-6.6-diotic", "WB", 2.92),
     ("evs-swb-24.4", "FB", 4.44), ("evs-swb-9.6", "FB", 4.19)],
)  # fmt: skip
def test_wideband_and_fullband_codecs_without_loss(codec: str, scale: str, mos: float) -> None:
    rating = rated(codec)
    assert rating.scale == scale
    assert rating.mos == pytest.approx(mos, abs=0.0051)


def test_at_the_edge_of_control_hubs_good() -> None:
    for delay_s, r, mos in ((0.4, 43, 2.2), (0.2, 70, 3.6), (0.35, 50, 2.6)):
        rating = rated("g711", 0.0499, delay_s, form="short")
        assert rating.r == pytest.approx(r, abs=0.5)
        assert rating.mos == pytest.approx(mos, abs=0.05)


def test_fullband_loss_tends_to_its_own_ceiling() -> None:
    """10.2 and 4.3 on the fullband scale at 5 % loss: 10.2 + (132 - 10.2) * 5 / 9.3."""
    value = effective_impairment(ie=10.2, bpl=4.3, loss_ratio=0.05, burst_ratio=1, ceiling=AXES["FB"].ceiling)
    assert value == pytest.approx(75.68, abs=0.01)
    lossy = rated("evs-swb-24.4", 0.05)
    assert lossy.r == pytest.approx(148 - 7.2 - (132 - 7.2) * 5 / (5 + 11.4))


def test_bursts_do_not_push_the_impairment_above_its_ceiling() -> None:
    assert rated("evs-swb-24.4", 0.9, burst=20).r == pytest.approx(148 - 132)


def test_fullband_delay_is_scaled_to_its_axis() -> None:
    """400 ms cost 24.07 points of R in narrowband, so 35.6 here."""
    assert rated("evs-swb-24.4").r - rated("evs-swb-24.4", delay_s=0.4).r == pytest.approx(35.6, abs=0.05)


@pytest.mark.parametrize(("codec", "costs"), [("g711", 0.28), ("g711-no-concealment", 5.7)])
def test_a_burst_ratio_of_1_8_at_2_2_percent_costs_little(codec: str, costs: float) -> None:
    random, bursty = rated(codec, 0.022), rated(codec, 0.022, burst=1.8)
    assert random.r - bursty.r == pytest.approx(costs, abs=0.0501)
    assert any("under-rates bursts" in line for line in bursty.because)
    assert not any("under-rates bursts" in line for line in random.because)


@given(st.sampled_from(WITH_BPL), RATIOS, RATIOS, DELAYS, DELAYS, BURSTS, BURSTS)
def test_more_loss_delay_or_burst_never_raises_a_rating(
    codec: str, loss: float, loss2: float, delay: float, delay2: float, burst: float, burst2: float
) -> None:
    better = rated(codec, min(loss, loss2), min(delay, delay2), burst=min(burst, burst2))
    worse = rated(codec, max(loss, loss2), max(delay, delay2), burst=max(burst, burst2))
    assert worse.r <= better.r + 1e-9
    assert worse.mos <= better.mos + 1e-9
    assert 0 <= worse.r <= AXES[worse.scale].best
    assert 1 <= worse.mos <= 4.5


@pytest.mark.parametrize(
    ("name", "scale", "ie", "bpl"),
    [("g711", "NB", 0, 25.1), ("g711-no-concealment", "NB", 0, 4.3), ("g729", "NB", 10, 19),
     ("g729a-vad", "NB", 11, 19), ("gsm-efr", "NB", 5, 10), ("g723.1-vad", "NB", 15, 16.1), ("g722-64", "WB", 13, None),
     *((f"amr-wb-{rate}-monotic", "WB", ie, None) for rate, ie in
       (("23.85", 8), ("23.05", 1), ("19.85", 3), ("18.25", 5), ("15.85", 7), ("14.25", 10), ("12.65", 13),
        ("8.85", 26), ("6.6", 41))),
     *((f"amr-wb-{rate}-diotic", "WB", ie, 4.3 if rate == "12.65" else None) for rate, ie in
       (("23.85", 10), ("23.05", 8), ("15.85", 17), ("12.65", 20), ("8.85", 41), ("6.6", 56))),
     *((f"evs-swb-{rate}", "FB", ie, bpl) for rate, ie, bpl in
       (("48", 10.2, 9.6), ("32", 8.7, 9.3), ("24.4", 7.2, 11.4), ("16.4", 10.8, 10.3), ("13.2", 17.1, 11.7),
        ("9.6", 22.7, 13))),
     ],
)  # fmt: skip
def test_codec_table(name: str, scale: str, ie: float, bpl: float | None) -> None:
    codec = CODECS[name]
    assert (codec.scale, codec.ie, codec.bpl) == (scale, ie, bpl)
    assert codec.edition.removeprefix("Ie: ").startswith("G.113 ")
    assert (codec.bpl_mark is None) == (bpl is None)


def test_the_table_has_28_rows_and_each_is_provisional_until_its_source_was_read() -> None:
    assert len(CODECS) == 28
    for codec in CODECS.values():
        unread = codec.ie_mark != "read" or codec.bpl_mark not in {"read", None}
        assert codec.provisional or not unread, codec.name


def test_a_rating_says_where_it_comes_from() -> None:
    delay = MouthToEar(network_s=0.08, jitter_buffer_s=0.04, packetisation_s=0.02, look_ahead_s=0.005, half_of_rtt=True)
    rating = rate(
        "g711",
        loss_ratio=0.01,
        one_way_delay_s=delay.total_s,
        buffer_model="fixed 40 ms",
        window_s=60,
        assumptions=delay.because,
    )
    assert isinstance(rating, Rating)
    assert (rating.scale, rating.codec, rating.provisional, rating.delay_form) == ("NB", "g711", True, "full")
    assert (rating.buffer_model, rating.window_s) == ("fixed 40 ms", 60)
    assert rating.one_way_delay_s == pytest.approx(0.145)
    assert "Appendix I (2007)" in rating.edition
    said = " ".join(rating.because)
    for words in (
        "delay 145 ms = network 80 ms",
        "half of the round trip",
        "10 ms",
        "provisional",
        "no narrowband Bpl",
    ):
        assert words in said


def test_a_checked_codec_is_not_called_provisional() -> None:
    codec = Codec(
        name="own", scale="NB", ie=0, bpl=10, edition="a test", ie_mark="read", bpl_mark="read", provisional=False
    )
    rating = rated(codec, 0.01)
    assert not rating.provisional
    assert not any("provisional" in line for line in rating.because)


@pytest.mark.parametrize("name", ["opus", "AMR", "amr-wb", "g722", "evs-swb"])
def test_no_published_value_no_mos(name: str) -> None:
    assert refused(name) == UNPUBLISHED[name.lower()]


@pytest.mark.parametrize("name", ["amr-wb-12.65-monotic", "amr-wb-23.85-diotic", "g722-64"])
def test_no_bpl_no_mos_under_loss(name: str) -> None:
    assert rated(name).mos > 4
    assert "no Bpl" in refused(name, 0.01)


def test_what_was_not_measured_gives_no_mos() -> None:
    assert "loss was not measured" in refused("g711", None)
    assert "delay is not known" in refused("g711", 0, None)
    for nonsense in (float("nan"), float("inf"), -0.01):
        assert "clocks disagree" in refused("g711", 0, nonsense)


@pytest.mark.parametrize("loss_ratio", [-0.01, 1.01, 5, float("nan")])
def test_a_percentage_for_a_ratio_is_an_error(loss_ratio: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        rate("g711", loss_ratio=loss_ratio, one_way_delay_s=0)


@pytest.mark.parametrize("burst", [0, -1, float("nan"), float("inf")])
def test_a_burst_ratio_is_positive(burst: float) -> None:
    with pytest.raises(ValueError, match="not positive"):
        rate("g711", loss_ratio=0.1, one_way_delay_s=0, burst_ratio=burst)


def test_the_short_delay_form_is_narrowband_only() -> None:
    result = rate("evs-swb-24.4", loss_ratio=0, one_way_delay_s=0.1, delay_form="short")
    assert isinstance(result, NoRating)
    assert "narrowband" in result.reason


def test_wideband_delay_says_that_its_curve_is_not_checked() -> None:
    assert any("not checked in G.107.1" in line for line in rated("amr-wb-12.65-diotic", delay_s=0.2).because)
    assert not any("G.107.1" in line for line in rated("amr-wb-12.65-diotic", delay_s=0.05).because)


def test_the_worst_of_several_ratings_never_crosses_scales_and_never_hides_a_missing_one() -> None:
    clean, lossy, fullband = rated("g711"), rated("g711", 0.05), rated("evs-swb-48")
    missing = NoRating(reason="no codec")
    assert worst([clean, lossy]) is lossy
    assert worst([clean, fullband]) == NoRating(reason="MOS of FB and NB cannot be compared")
    assert worst([lossy, missing]) is missing
    assert worst([]) == NoRating(reason="nothing was rated")


@given(st.floats(-10, 100), st.floats(0, 50))
def test_every_r_has_a_category_and_a_higher_r_none_that_is_worse(r: float, more: float) -> None:
    ranks = [name for _, name, _ in CATEGORIES]
    assert ranks.index(category_of_r(r + more)[0]) <= ranks.index(category_of_r(r)[0])


def test_categories_are_for_narrowband() -> None:
    clean, wideband = rated("g711"), rated("g722-64")
    assert category(clean) == ("best", "users very satisfied")
    assert category(wideband) is None
    assert [category_of_r(r)[0] for r in (90, 89.99, 80, 70, 60, 50, 49.99)] == [
        "best",
        "high",
        "high",
        "medium",
        "low",
        "poor",
        "not recommended",
    ]
