"""The STUN client transaction: RFC 8489 §6.2.1 schedule, Karn's rule, answers that are not ours."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire import stun, stun_integrity
from probe.wire.error import WireError
from probe.wire.stun_attribute import Raw
from probe.wire.stun_transaction import BindingTransaction

ID = bytes(range(12))
REQUEST = bytes(stun.binding_request(ID))
SUCCESS = bytes(stun.binding_success(stun.binding_request(ID), "192.0.2.1", 51000))


def run_to_the_end(transaction: BindingTransaction, now: float) -> list[float]:
    """Times of all sends, driven by the transaction's own timer."""
    sent = [now] * len(transaction.datagrams_to_send(now))
    while (due := transaction.timer()) is not None:
        sent += [due] * len(transaction.datagrams_to_send(due))
    return sent


def test_rfc8489_6_2_1_schedule() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    assert run_to_the_end(transaction, 0.0) == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert transaction.outcome is not None
    assert (transaction.outcome.result, transaction.outcome.elapsed) == ("timeout", 39.5)
    assert transaction.outcome.sends == 7


def test_rfc8489_6_2_2_one_send_over_a_stream() -> None:
    transaction = BindingTransaction(ID, REQUEST, rc=1, rm=79)
    assert run_to_the_end(transaction, 100.0) == [100.0]
    assert transaction.outcome is not None
    assert transaction.outcome.elapsed == 39.5


def test_a_response_to_the_only_send_is_a_round_trip() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    assert transaction.datagrams_to_send(10.0) == [REQUEST]
    assert transaction.datagrams_to_send(10.25) == []
    assert transaction.receive(SUCCESS, 10.25) == stun.parse(SUCCESS)
    assert transaction.outcome is not None
    assert (transaction.outcome.result, transaction.outcome.rtt) == ("response", 0.25)
    assert transaction.timer() is None
    assert transaction.datagrams_to_send(20.0) == []


def test_no_round_trip_from_a_repeated_request() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    transaction.datagrams_to_send(0.0)
    transaction.datagrams_to_send(0.5)
    transaction.receive(SUCCESS, 0.75)
    assert transaction.outcome is not None
    assert (transaction.outcome.sends, transaction.outcome.rtt, transaction.outcome.elapsed) == (2, None, 0.75)


def test_an_error_response_is_a_response() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    transaction.datagrams_to_send(0.0)
    error = stun.binding_error(stun.binding_request(ID), 400, "Bad Request")
    assert transaction.receive(bytes(error), 0.1) == error


def test_a_response_that_is_not_wholly_understood_counts() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    transaction.datagrams_to_send(0.0)
    strange = stun.binding_success(stun.binding_request(ID), "192.0.2.1", 1, Raw(code=0x7FFF, value=b""))
    assert transaction.receive(bytes(strange), 0.1) == strange
    assert strange.not_understood == (0x7FFF,)


OTHER = stun.binding_request(bytes(12))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "shorter"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not STUN"),
        (REQUEST, "a request is not a response"),
        (bytes(stun.Message(transaction_id=ID, kind=stun.Class.INDICATION)), "an? indication is not a response"),
        (bytes(stun.binding_success(OTHER, "192.0.2.1", 1)), "transaction id 0{24} is not ours"),
        (bytes(stun.Message(transaction_id=ID, kind=stun.Class.SUCCESS, method=3)), "method 0x003"),
        (stun_integrity.add_fingerprint(SUCCESS)[:-1] + b"\x00", "FINGERPRINT is wrong"),
    ],
)
def test_what_is_not_the_answer_is_ignored_with_a_reason(data: bytes, reason: str) -> None:
    transaction = BindingTransaction(ID, REQUEST)
    transaction.datagrams_to_send(0.0)
    assert transaction.receive(data, 0.1) is None
    assert transaction.outcome is None
    assert transaction.ignored == 1
    assert transaction.ignored_because is not None
    assert re.search(reason, transaction.ignored_because)
    assert transaction.receive(SUCCESS, 0.2) is not None


def test_an_icmp_error_ends_at_once() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    transaction.unreachable(0.0)
    assert transaction.outcome is None
    transaction.datagrams_to_send(1.0)
    transaction.unreachable(1.25)
    assert transaction.outcome is not None
    assert (transaction.outcome.result, transaction.outcome.elapsed) == ("unreachable", 0.25)
    assert transaction.receive(SUCCESS, 2.0) is None
    assert transaction.outcome.result == "unreachable"


def test_nothing_before_the_first_send_counts() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    assert transaction.timer() is None
    assert transaction.receive(SUCCESS, 0.0) is None
    assert transaction.outcome is None


def test_a_late_caller_sends_once_not_in_a_burst() -> None:
    transaction = BindingTransaction(ID, REQUEST)
    transaction.datagrams_to_send(0.0)
    assert transaction.datagrams_to_send(30.0) == [REQUEST]
    assert transaction.datagrams_to_send(30.0) == []
    assert transaction.timer() == 31.0


@pytest.mark.parametrize("numbers", [{"rto": 0.0}, {"rc": 0}, {"rm": 0.0}])
def test_senseless_numbers_are_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="a transaction needs"):
        BindingTransaction(ID, REQUEST, **numbers)  # type: ignore[arg-type]


def test_a_request_that_is_not_stun_is_refused() -> None:
    with pytest.raises(WireError):
        BindingTransaction(ID, b"hello")
    with pytest.raises(ValueError, match="transaction id"):
        BindingTransaction(bytes(12), REQUEST)


@given(st.floats(0.01, 10), st.integers(1, 9), st.integers(1, 32), st.floats(0, 1e6))
def test_any_budget_ends_after_rc_sends_with_doubling_gaps(rto: float, rc: int, rm: int, start: float) -> None:
    transaction = BindingTransaction(ID, REQUEST, rto=rto, rc=rc, rm=rm)
    sent = run_to_the_end(transaction, start)
    assert len(sent) == rc
    assert [b - a for a, b in pairwise(sent)] == pytest.approx([rto * 2**n for n in range(rc - 1)], abs=1e-6)
    assert transaction.outcome is not None
    assert transaction.outcome.elapsed == pytest.approx(rto * (2 ** (rc - 1) - 1 + rm), abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["send", "receive", "noise", "icmp"])), max_size=30))
def test_any_order_of_events_keeps_the_invariants(events: list[tuple[float, str]]) -> None:
    transaction = BindingTransaction(ID, REQUEST)
    now, sends, outcome = 0.0, 0, None
    for step, event in events:
        now += step
        if event == "send":
            sends += len(transaction.datagrams_to_send(now))
        elif event == "icmp":
            transaction.unreachable(now)
        else:
            transaction.receive(SUCCESS if event == "receive" else b"noise", now)
        assert transaction.sends == sends <= 7
        assert outcome is None or transaction.outcome is outcome
        outcome = transaction.outcome
        assert (transaction.timer() is None) == (outcome is not None or sends == 0)
