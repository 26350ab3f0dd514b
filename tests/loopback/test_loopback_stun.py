"""STUN from servers that answer others, cut, inflate, refuse and flood (RFC 8489)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from probe.checks.registry import checks
from probe.model.evidence import StunEvidence
from probe.model.failure import FailureKind
from probe.wire import stun
from probe.wire.stun_attribute import Raw
from probe.wire.stun_attributes import Fingerprint

from .fakes import Answer, Fakes, Reply, answering, closed_port, flooding, silence
from .leaks import leakless
from .running import Zoo, failure_of, measure, task


def proper(request: bytes) -> bytes:
    answer = stun.answer_binding(stun.parse(request), "192.0.2.1", 4711, "fake")
    assert answer is not None
    return bytes(answer)


def of(number: int) -> bytes:
    return number.to_bytes(12, "big")


def other_transaction(request: bytes, number: int = 7) -> bytes:
    return proper(request[:8] + of(number))


def with_wrong_fingerprint(request: bytes) -> bytes:
    asked = stun.parse(request)
    return bytes(stun.binding_success(asked, "192.0.2.1", 4711, Fingerprint(digest=b"nope")))


def inflated(request: bytes) -> bytes:
    asked = stun.parse(request)
    return bytes(stun.binding_success(asked, "192.0.2.1", 4711, Raw(code=0x8001, value=bytes(60000))))


def lying_length(request: bytes) -> bytes:
    answer = bytearray(proper(request))
    answer[2:4] = b"\xff\xfc"
    return bytes(answer)


def indication(request: bytes) -> bytes:
    return bytes(stun.Message(transaction_id=request[8:20], kind=stun.Class.INDICATION))


HOSTILE: dict[str, tuple[Answer, FailureKind]] = {
    "silence": (silence, FailureKind.TIMEOUT),
    "another transaction": (answering(other_transaction), FailureKind.MISMATCH),
    "thousands of other transactions": (flooding(other_transaction), FailureKind.MISMATCH),
    "thousands of datagrams that are no STUN": (flooding(lambda *_: b"x" * 1200), FailureKind.MISMATCH),
    "cut within the header": (answering(lambda r: proper(r)[:13]), FailureKind.MISMATCH),
    "cut within an attribute": (answering(lambda r: proper(r)[:-3]), FailureKind.MISMATCH),
    "a length that lies": (answering(lying_length), FailureKind.MISMATCH),
    "a wrong fingerprint": (answering(with_wrong_fingerprint), FailureKind.MISMATCH),
    "an indication": (answering(indication), FailureKind.MISMATCH),
    "our own request": (answering(bytes), FailureKind.MISMATCH),
    "nothing in a datagram": (answering(lambda _: b""), FailureKind.MISMATCH),
}


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with leakless(), Fakes() as fakes:
        yield Zoo({name: task("stun", fakes.udp(answer), id=name) for name, (answer, _) in HOSTILE.items()})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(name), "exchange")
    assert failure.kind is HOSTILE[name][1], failure


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_judged_as_not_reached(zoo: Zoo, name: str) -> None:
    check = checks()["stun"]
    assert [(f.code, f.verdict) for f in check.judge(zoo[name], check.params(), {})] == [("stun.reach", "fail")]


def test_memory_stays_bounded(zoo: Zoo) -> None:
    assert zoo.growth < 48 * 1024 * 1024


def seen(fakes: Fakes, make: Callable[[bytes], bytes]) -> StunEvidence:
    (measured,) = measure(task("stun", fakes.udp(answering(make))))
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, StunEvidence), measured.observations
    return evidence


def test_a_proper_answer(fakes: Fakes) -> None:
    evidence = seen(fakes, proper)
    assert (evidence.mapped, evidence.sends, evidence.software) == (stun_endpoint(), 1, "fake")


def stun_endpoint() -> object:
    from probe.model.address import Endpoint

    return Endpoint("192.0.2.1", 4711)


def test_an_oversized_but_proper_answer_is_read(fakes: Fakes) -> None:
    assert seen(fakes, inflated).mapped == stun_endpoint()


@pytest.mark.parametrize("code", [300, 401, 420, 500])
def test_an_error_response_proves_the_path(fakes: Fakes, code: int) -> None:
    evidence = seen(fakes, lambda r: bytes(stun.binding_error(stun.parse(r), code, "No\r\nnot you" * 50)))
    assert (evidence.error_code, evidence.mapped) == (code, None)


def test_the_right_answer_within_a_flood_is_found(fakes: Fakes) -> None:
    async def answer(data: bytes, reply: Reply) -> None:
        for number in range(100):
            reply(other_transaction(data, number))
        reply(proper(data))

    (measured,) = measure(task("stun", fakes.udp(answer)))
    assert isinstance(measured.observations[-1].evidence, StunEvidence)


def test_a_closed_port_of_the_far_end_itself_proves_the_path() -> None:
    (measured,) = measure(task("stun", closed_port(socket.SOCK_DGRAM)))
    failure = failure_of(measured.observations, "exchange")
    assert (failure.kind, failure.reporter, failure.icmp) == (FailureKind.PORT_UNREACHABLE, "127.0.0.1", (3, 3))
    assert measured.observations[-1].duration < 0.4  # at once, not after all retransmissions
    check = checks()["stun"]
    assert [f.verdict for f in check.judge(measured, check.params(), {})] == ["pass"]
