"""What the renderers share: headline, rows, gaps, outcomes, evidence lines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from probe.model.address import Endpoint, Target
from probe.model.evidence import (
    Evidence,
    HttpEvidence,
    NtpEvidence,
    QuicEvidence,
    RangeEvidence,
    SipEvidence,
    StunEvidence,
    TlsEvidence,
    Trust,
)
from probe.model.failure import FailureKind
from reports.facts import facts
from reports.firewall_request import firewall_request
from reports.gaps import gaps, some
from reports.headline import headline
from reports.observed import describe, evidence_line
from reports.outcome import outcome
from reports.rows import matrix, shortfalls

from .building import measured, result, seen, silence
from .samples import EDGE, STUN, at_risk, cut_short, dead_resolver, healthy_undetermined, ready, tcp_blocked

HERE, THERE = Endpoint("192.0.2.1", 4000), Endpoint("2001:db8::1", 5004)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (ready, "Everything that Webex Calling requires was shown to work"),
        (tcp_blocked, "4 of 6 kinds of client cannot work"),
        (healthy_undetermined, "1 required row could not be proven"),
        (dead_resolver, "6 required rows could not be proven"),
        (at_risk, "1 recommendation not met and 1 measured value worse than good"),
    ],
)
def test_sentence(make: Any, words: str) -> None:
    assert words in headline(make()).sentence


def test_an_empty_run_says_so() -> None:
    empty = msgspec.structs.replace(cut_short(), measurements=[], plan=None)
    assert "Nothing was measured" in headline(empty).sentence


def test_a_cell_shows_the_worst_part() -> None:
    parts = [result("P1/1", "x", status, "same") for status in ("met", "unverified", "partly-met")]
    (row,) = matrix(msgspec.structs.replace(ready(), requirements=parts))
    assert row.cells["x"].status == "partly-met"


def test_a_warning_is_not_lost_among_parts() -> None:
    warned = msgspec.structs.replace(result("P1", "x", "met", "same"), warned=True)
    (row,) = matrix(msgspec.structs.replace(ready(), requirements=[warned, result("P1", "x", "unmet", "same")]))
    assert row.cells["x"].warned


def test_rows_that_say_the_same_for_other_clients_are_one() -> None:
    assert [row.id for row in matrix(tcp_blocked())][:2] == ["P1a P1b P1c", "P1a"]


def test_required_comes_before_recommended_and_unmet_before_unverified() -> None:
    parts = [
        result("a", "x", "unmet", "a", level="recommended"),
        result("b", "x", "unverified", "b"),
        result("c", "x", "unmet", "c"),
        result("d", "x", "met", "d"),
    ]
    assert [gap.row for gap in shortfalls(msgspec.structs.replace(ready(), requirements=parts))] == ["c", "b", "a"]


def test_gaps_tell_the_four_reasons_apart() -> None:
    reasons = {gap.kind: gap.reason for gap in gaps(cut_short())}
    assert reasons["tls"] == "cut short: the run was stopped"
    assert reasons["stun"] == "fault in callready: ValueError: odd"
    assert reasons["ntp"] == "not begun when the run ended"
    assert reasons["inbound"] == "only the cloud can open it"


def test_some() -> None:
    assert some(list("abcdef"), 4) == "a, b, c, d and 2 more"
    assert some(["a"]) == "a"


def test_firewall_request_leaves_other_owners_out() -> None:
    assert firewall_request(dead_resolver()) == []
    (rule,) = firewall_request(tcp_blocked())
    assert (rule.protocol, rule.ports, rule.last_seen) == ("TCP", "8934", "192.168.20.1 (hop 1)")


def test_facts_flatten() -> None:
    table = {"a": {"b": [1, 2], "c": {}}, "d": [{"e": None}, {"e": True}], "f": []}
    assert facts(table) == [("a.b", "1, 2"), ("a.c", "none"), ("d.1.e", "none"), ("d.2.e", "yes"), ("f", "none")]


GOOD = seen(1, "connect", EDGE, 0.01)
BAD = seen(2, "connect", EDGE, 3.0, silence())
SHAKE = seen(3, "handshake", EDGE, 1.0, silence(FailureKind.TLS_ALERT, "handshake_failure"))
GIVEN_UP = seen(4, "connect", EDGE, 1.0, silence(FailureKind.INTERRUPTED, "stopped"))


@pytest.mark.parametrize(
    ("observations", "word"),
    [
        ([GOOD], "answered"),
        ([BAD, GOOD], "answered"),
        ([GOOD, BAD], "answered"),
        ([BAD, BAD], "failed"),
        ([GOOD, SHAKE], "failed"),
        ([GOOD, SHAKE, BAD], "failed"),
        ([GIVEN_UP], "cut short"),
        ([], "answered"),
    ],
)
def test_outcome(observations: list[Any], word: str) -> None:
    assert outcome(measured("tcp", EDGE, *observations)).word == word


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({"answered": "1-9"}, "answered"),
        ({"unreachable": "5"}, "answered"),
        ({"silent": "1-9"}, "silent"),
        ({"rejected": "1"}, "silent"),
    ],
)
def test_silence_of_a_range_is_neither_answer_nor_failure(found: dict[str, str], word: str) -> None:
    target = Target(host="192.0.2.0/24")
    swept = seen(1, "probe", target, 1.0, RangeEvidence(destination="192.0.2.0/24", probed="1-9", **found))
    assert outcome(measured("udp-range", target, swept)).word == word


@pytest.mark.parametrize(
    ("evidence", "line"),
    [
        (StunEvidence(mapped=HERE, sends=2, local=HERE, remote=THERE), "192.0.2.1:4000 seen as 192.0.2.1:4000, 2 sent"),
        (SipEvidence(status=200, reason="OK", server="x"), "SIP 200 OK, server x"),
        (QuicEvidence(alpn="h3", status=200), "HTTP/3 status 200 (h3)"),
        (
            HttpEvidence(url="https://a/", status=407, version="HTTP/1.1", via_proxy="p:3128", websocket=False),
            "HTTP/1.1 status 407, proxy p:3128, WebSocket not granted",
        ),
        (
            NtpEvidence(
                local=HERE, remote=THERE, stratum=0, reference="RATE", version=4, leap=3, unusable="kiss-o'-death"
            ),
            "stratum 0, not usable: kiss-o'-death",
        ),
        (
            TlsEvidence(
                server_name="a",
                server_hello=False,
                public_trust=Trust(trusted=False, reason="expired"),
                name_matches=False,
                checked_at="2026-01-01T00:00:00Z",
            ),
            "no TLS answer, public roots: not trusted (expired), name does not match",
        ),
    ],
)
def test_evidence_lines(evidence: Evidence, line: str) -> None:
    assert evidence_line(evidence) == line


def test_a_failure_names_its_reporter() -> None:
    fault = silence(FailureKind.PROHIBITED, "administratively prohibited", reporter="192.0.2.9")
    line = describe(seen(1, "exchange", STUN, 0.01, fault))
    assert line == "exchange: prohibited after 10.0 ms (administratively prohibited), reported by 192.0.2.9"
