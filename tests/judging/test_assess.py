"""From findings to statuses and verdicts: the table of design section 5."""

from __future__ import annotations

import pytest

from probe.assess import assess, verdict, worst
from probe.model.plan import Requirement
from probe.model.verdict import Finding, RequirementResult, Verdict

from .building import finding, measurement, requirement, way


def status(asked: Requirement, *findings: Finding) -> RequirementResult:
    measured = [measurement(task) for each in asked.ways for task in each.tasks]
    (result,) = assess([asked], measured, findings)
    return result


@pytest.mark.parametrize(
    ("rule", "verdicts", "expected"),
    [
        ("any", ["pass", "pass"], "met"),
        ("any", ["pass", "fail"], "met"),
        ("any", ["pass", "unknown"], "met"),
        ("any", ["fail", "fail"], "unmet"),
        ("any", ["fail", "unknown"], "unverified"),
        ("any", ["unknown", "unknown"], "unverified"),
        ("every", ["pass", "pass"], "met"),
        ("every", ["pass", "fail"], "partly-met"),
        ("every", ["fail", "fail"], "unmet"),
        ("every", ["pass", "unknown"], "unverified"),
        ("every", ["fail", "unknown"], "unmet"),
        ("redundant", ["pass", "fail"], "partly-met"),
        ("redundant", ["pass", "unknown"], "met"),
        ("redundant", ["fail", "fail"], "unmet"),
    ],
)
def test_status_by_rule(rule: str, verdicts: list[str], expected: str) -> None:
    asked = requirement("P1b", way("a"), way("b"), rule=rule)  # type: ignore[arg-type]
    result = status(asked, finding("a", verdicts[0]), finding("b", verdicts[1]))
    assert result.status == expected
    assert result.proof == ("answered" if "pass" in verdicts else "none")


def test_nothing_measured_is_unverified_and_says_why() -> None:
    result = status(requirement("P3b", unmeasured="its addresses answer no strangers"))
    assert (result.status, result.proof, result.detail) == ("unverified", "none", "its addresses answer no strangers")


def test_a_skipped_task_gives_its_reason() -> None:
    asked = requirement("P1b", way("a"))
    skipped = measurement("a", status="skipped")
    (result,) = assess(
        [asked], [type(skipped)(task="a", kind="tls", target=skipped.target, status="skipped", reason="no name")], []
    )
    assert (result.status, result.detail) == ("unverified", "no name")


def test_one_task_of_a_way_is_enough() -> None:
    assert status(requirement("P1b", way("a", "b")), finding("a", "fail"), finding("b", "pass")).status == "met"


def test_silence_of_who_is_not_known_to_answer_proves_nothing() -> None:
    assert status(requirement("P1a", way("a", conclusive=False)), finding("a", "fail")).status == "unverified"


def test_a_far_end_that_answers_with_a_bad_certificate_does_not_work() -> None:
    asked = requirement("P1b", way("a"))
    assert status(asked, finding("a", "pass"), finding("a", "fail", "trust")).status == "unmet"


def result(state: str, level: str = "required", *, warned: bool = False) -> RequirementResult:
    asked = requirement("X", level=level)
    (found,) = assess([asked], [], [])
    return type(found)(**{**{f: getattr(found, f) for f in found.__struct_fields__}, "status": state, "warned": warned})


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([("met", "required")], "ready"),
        ([("met", "required"), ("unmet", "informational")], "ready"),
        ([("met", "required"), ("unverified", "recommended")], "ready"),
        ([("met", "required"), ("unmet", "recommended")], "at-risk"),
        ([("met", "required"), ("partly-met", "recommended")], "at-risk"),
        ([("met", "required"), ("unverified", "required")], "undetermined"),
        ([("unverified", "required"), ("unmet", "recommended")], "undetermined"),
        ([("unmet", "required"), ("unverified", "required")], "not-ready"),
        ([], "undetermined"),
        ([("met", "recommended")], "undetermined"),
    ],
)
def test_verdict_of_a_persona(states: list[tuple[str, str]], expected: Verdict) -> None:
    assert verdict([result(state, level) for state, level in states], {}) == expected


def test_a_value_between_good_and_poor_is_a_risk() -> None:
    assert verdict([result("met", warned=True)], {}) == "at-risk"
    assert verdict([result("met", "informational", warned=True), result("met")], {}) == "ready"


@pytest.mark.parametrize(("rule", "expected"), [("every", "not-ready"), ("redundant", "at-risk")])
def test_partly_met_depends_on_whether_each_is_needed(rule: str, expected: Verdict) -> None:
    assert verdict([result("partly-met")], {("X", "desk-phone"): rule}) == expected


def test_overall_is_the_worst_persona() -> None:
    assert worst(["ready", "at-risk", "undetermined", "not-ready"]) == "not-ready"
    assert worst(["ready", "at-risk", "undetermined"]) == "undetermined"
    assert worst(["ready", "at-risk"]) == "at-risk"
    assert worst([]) == "undetermined"
