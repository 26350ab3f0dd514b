"""The score cannot be read as a pass where evidence is missing: the traps of existing tools (facts, section 7)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.read import load
from probe.assess import assess, verdict
from probe.checks.registry import checks
from probe.conclude import Conclusion, conclude
from probe.model.address import Endpoint, Target
from probe.model.measurement import Measurement
from probe.model.plan import Requirement
from probe.model.verdict import RequirementResult, Score
from probe.score import CAPS, PARTS, score

from .building import finding, measurement, plan, range_answer, requirement, silence, stun_answer, way

USES = {"signalling": "sip-tls", "media": "srtp", "web": "https", "dns": "dns", "time": "ntp"}
MEDIA = "19560-65535"
VERDICTS = {"met": "pass", "unmet": "fail", "unverified": "unknown"}


def scored(**states: str) -> tuple[Score, list[RequirementResult]]:
    """The score of one required row per part, with these statuses."""
    asked = [requirement(part, way(part), use=USES[part]) for part in states]
    findings = [finding(part, VERDICTS[state]) for part, state in states.items()]
    results = assess(asked, [measurement(part) for part in states], findings)
    return score(asked, results, verdict(results, {})), results


def test_everything_met_is_100() -> None:
    found, _ = scored(signalling="met", media="met", web="met", dns="met", time="met")
    assert (found.value, found.capped_by) == (100, None)


def test_nothing_measured_is_no_number() -> None:
    found, _ = scored(signalling="unverified", media="unverified")
    assert found.value is None
    assert found.capped_by == "nothing was measured"


states = st.sampled_from(["met", "unmet", "unverified"])


@given(st.fixed_dictionaries(dict.fromkeys(PARTS, states)), st.sampled_from(list(PARTS)))
def test_tr12_missing_evidence_never_raises_the_score(given_states: dict[str, str], part: str) -> None:
    """TR12: a tool that leaves out workloads without data scores them as good as the rest."""
    before, _ = scored(**given_states)
    after, _ = scored(**{**given_states, part: "unverified"})
    assert (after.value or 0) <= (before.value or 0) or given_states[part] == "unmet"
    met, _ = scored(**{**given_states, part: "met"})
    assert (after.value or 0) <= (met.value or 0)


@given(st.fixed_dictionaries(dict.fromkeys(PARTS, states)))
def test_only_proof_of_everything_passes_the_caps(given_states: dict[str, str]) -> None:
    found, results = scored(**given_states)
    if "unmet" in given_states.values():
        assert (found.value or 0) <= CAPS["not-ready"]
    elif "unverified" in given_states.values():
        assert (found.value or 0) <= CAPS["undetermined"]
    else:
        assert found.value == 100
    assert all(each.proof == "answered" for each in results if each.status == "met")


def concluded(*pairs: tuple[Requirement, Measurement]) -> Conclusion:
    asked = [each for each, _ in pairs]
    return conclude(plan(*asked), [each for _, each in pairs], checks(), load(), {})


def reached(host: str) -> Measurement:
    observation = silence(f"{host}:443")
    good = type(observation)(id=f"{host}:443#1", operation="connect", target=host, started=0, duration=0.01)
    target = Target(host=host, port=443, protocol="tcp")
    return Measurement(task=f"{host}:443", kind="tcp", target=target, status="done", observations=[good])


def media(observation_of: str, **evidence: str) -> Measurement:
    target = Target(host=observation_of, port=19560, protocol="udp")
    params = {"ports": "19560-65535", "count": 10, "seed": 0}
    return Measurement(
        task=f"{observation_of}:19560",
        kind="udp-range",
        target=target,
        status="done",
        params=params,
        observations=[range_answer(f"{observation_of}:19560", **evidence)],
    )


def test_tr2_udp_blocked_is_never_great() -> None:
    """TR2: missing loss counted as no loss, 50 points, "great"."""
    found = concluded(
        (requirement("P3b", way("far:19560"), use="srtp"), media("far", probed=MEDIA, silent=MEDIA, missing=MEDIA)),
        (requirement("P8", way("web:443"), use="https"), reached("web")),
    )
    assert found.verdict == "not-ready"
    assert found.score.value is not None
    assert found.score.value <= CAPS["not-ready"]


def test_tr12_media_that_was_not_measured_is_shown_and_not_left_out() -> None:
    found = concluded(
        (requirement("P3b", use="srtp", unmeasured="nobody answers there"), media("far", probed="", answered="")),
        (requirement("P8", way("web:443"), use="https"), reached("web")),
    )
    assert found.verdict == "undetermined"
    media_part = next(each for each in found.score.parts if each.name == "media")
    assert media_part.value is None
    assert "counts as 0" in media_part.because
    assert found.score.value is not None
    assert found.score.value < 50


def test_tr18_our_own_far_end_down_is_undecided() -> None:
    """TR18: the only far end is silent and nothing else shows that it lives: no blame."""
    target = Target(host="responder", port=5004, protocol="udp")
    silent = Measurement(
        task="responder:5004",
        kind="stun",
        target=target,
        status="done",
        observations=[silence("responder:5004", "exchange")],
    )
    found = concluded(
        (requirement("P3b/5004", way("responder:5004", conclusive=False), use="stun"), silent),
        (requirement("P8", way("web:443"), use="https"), reached("web")),
    )
    assert found.verdict == "undetermined"
    assert found.diagnoses == []


def test_tr19_a_translated_address_is_no_fault() -> None:
    """TR19: a server-reflexive address that differs from the local one turned almost every home yellow."""
    target = Target(host="stun", port=5004, protocol="udp")
    answered = Measurement(
        task="stun:5004",
        kind="stun",
        target=target,
        status="done",
        observations=[stun_answer("stun:5004", Endpoint("203.0.113.2", 61234))],
    )
    found = concluded((requirement("P3b/5004", way("stun:5004"), use="stun"), answered))
    assert found.verdict == "ready"
    assert found.diagnoses == []
    assert {each.verdict for each in found.findings} == {"pass"}
