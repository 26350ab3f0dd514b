"""DNS from servers that cut, inflate, loop, flood and stall (RFC 1035, RFC 5452, RFC 7766)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from probe.checks.registry import checks
from probe.model.evidence import DnsEvidence
from probe.model.failure import FailureKind
from probe.wire import dns_server, dns_stream
from probe.wire.dns import Record

from .fakes import (
    Answer,
    Fakes,
    Reply,
    Serve,
    answering,
    close,
    closed_port,
    dripping,
    endless,
    flooding,
    hold,
    reset,
    saying,
)
from .fakes import silence as no_answer
from .leaks import leakless
from .running import Zoo, failure_of, measure, task

NAME = "edge.example"
RECORD = Record(name=NAME, type="A", ttl=60, data="192.0.2.7")


def proper(query: bytes) -> bytes:
    return dns_server.respond(query, [RECORD] if dns_server.parse_query(query).question.type == "A" else [])


def other_id(query: bytes, number: int = 0) -> bytes:
    identity = (int.from_bytes(query[:2], "big") + 1 + number) % 65536
    return struct.pack("!6H", identity, 0x8180, 1, 0, 0, 0) + _question(query)


def other_question(query: bytes) -> bytes:
    return proper(query).replace(b"\x04edge", b"\x04evil")


def looped(query: bytes) -> bytes:
    """An answer whose owner name is a pointer to itself."""
    header = query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
    question = _question(query)
    at = 12 + len(question)
    return header + question + struct.pack("!H", 0xC000 | at) + struct.pack("!HHIH", 1, 1, 60, 4) + bytes(4)


def aliases_in_a_circle(query: bytes) -> bytes:
    there = Record(name=NAME, type="CNAME", ttl=60, data="other.example")
    back = Record(name="other.example", type="CNAME", ttl=60, data=NAME)
    return dns_server.respond(query, [there, back])


def ten_thousand_promised(query: bytes) -> bytes:
    return query[:2] + struct.pack("!5H", 0x8180, 1, 10000, 0, 0) + _question(query)


def cut(query: bytes) -> bytes:
    return query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + _question(query) + b"\xc0\x0c\x00\x01\x00"


def inflated(query: bytes) -> bytes:
    return proper(query) + bytes(40000)


def _question(query: bytes) -> bytes:
    return query[12 : query.index(b"\x00", 12) + 5]


def framed(make: bytes) -> bytes:
    return dns_stream.frame(make)


UDP: dict[str, tuple[Answer, FailureKind]] = {
    "silence": (no_answer, FailureKind.TIMEOUT),
    "cut within the header": (answering(lambda q: proper(q)[:7]), FailureKind.MALFORMED),
    "cut within a record": (answering(cut), FailureKind.MALFORMED),
    "oversized": (answering(inflated), FailureKind.MALFORMED),
    "compression loop": (answering(looped), FailureKind.MALFORMED),
    "aliases in a circle": (answering(aliases_in_a_circle), FailureKind.MALFORMED),
    "records that are not there": (answering(ten_thousand_promised), FailureKind.MALFORMED),
    "another id": (answering(other_id), FailureKind.MISMATCH),
    "thousands with another id": (flooding(other_id), FailureKind.MISMATCH),
    "another question": (answering(other_question), FailureKind.MISMATCH),
    "our own query": (answering(bytes), FailureKind.MISMATCH),
    "nothing but noise": (answering(lambda q: q[:2] + b"\xff" * 300), FailureKind.MISMATCH),
}

TCP: dict[str, tuple[Serve, set[FailureKind]]] = {
    "silence": (hold, {FailureKind.TIMEOUT}),
    "closes": (close, {FailureKind.CLOSED, FailureKind.RESET}),
    "resets": (reset, {FailureKind.RESET}),
    "a length of 65535": (saying(b"\xff\xff" + bytes(2000)), {FailureKind.MALFORMED}),
    "a length of nothing": (saying(b"\x00\x00"), {FailureKind.MALFORMED}),
    "zeros for ever": (endless(bytes(65536)), {FailureKind.MALFORMED}),
    "a drip": (dripping(b"\x10\x00" + bytes(4096), every=0.05), {FailureKind.TIMEOUT}),
    "another id": (saying(framed(b"\x00\x01" + struct.pack("!5H", 0x8180, 0, 0, 0, 0))), {FailureKind.MISMATCH}),
    "HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {FailureKind.MALFORMED}),
}


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with leakless(), Fakes() as fakes:
        cases = {
            f"udp {name}": task("dns", fakes.udp(answer), id=f"udp {name}", transport="udp", name=NAME)
            for name, (answer, _) in UDP.items()
        }
        cases |= {
            f"tcp {name}": task("dns", fakes.tcp(serve), id=f"tcp {name}", transport="tcp", name=NAME)
            for name, (serve, _) in TCP.items()
        }
        yield Zoo(cases)


@pytest.mark.parametrize("name", UDP)
def test_a_hostile_answer_over_udp_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(f"udp {name}"), "exchange")
    assert failure.kind is UDP[name][1], failure


@pytest.mark.parametrize("name", TCP)
def test_a_hostile_answer_over_tcp_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(f"tcp {name}"), "exchange")
    assert failure.kind in TCP[name][1], failure


@pytest.mark.parametrize("name", [f"udp {name}" for name in UDP] + [f"tcp {name}" for name in TCP])
def test_it_is_judged_as_not_reached(zoo: Zoo, name: str) -> None:
    check = checks()["dns"]
    found = check.judge(zoo[name], check.params(transport=name[:3], name=NAME), {})
    assert {(f.code, f.verdict) for f in found} == {("dns.reach", "fail")}


def test_memory_stays_bounded(zoo: Zoo) -> None:
    assert zoo.growth < 48 * 1024 * 1024


def test_only_silence_is_asked_again(zoo: Zoo) -> None:
    assert len(zoo["udp silence"].observations) == 2
    assert len(zoo["udp cut within the header"].observations) > 2  # every question, once


def test_a_late_right_answer_among_wrong_ones_is_found(fakes: Fakes) -> None:
    async def answer(data: bytes, reply: Reply) -> None:
        for number in range(200):
            reply(other_id(data, number))
        reply(proper(data))

    (measured,) = measure(task("dns", fakes.udp(answer), transport="udp", name=NAME))
    assert [o.failure for o in measured.observations] == [None] * 5
    assert {m.name for m in measured.metrics} == {"dns.first_latency", "dns.latency"}


def test_a_closed_port_says_so() -> None:
    port = closed_port(socket.SOCK_DGRAM)
    (measured,) = measure(task("dns", port, transport="udp", name=NAME))
    failure = failure_of(measured.observations, "exchange")
    assert (failure.kind, failure.reporter, failure.icmp) == (FailureKind.PORT_UNREACHABLE, "127.0.0.1", (3, 3))


def test_truncated_answers_whose_tcp_side_never_answers(fakes: Fakes) -> None:
    def truncate(query: bytes) -> bytes:
        answer = bytearray(dns_server.respond(query))
        answer[2] |= 0x02
        return bytes(answer)

    port = fakes.tcp(hold)
    fakes.udp(answering(truncate), port=port)
    (measured,) = measure(task("dns", port, transport="udp", name=NAME))
    assert measured.status == "done"
    first, *rest = measured.observations
    assert isinstance(first.evidence, DnsEvidence)
    assert first.evidence.truncated is True
    over_tcp = [o for o in rest if o.failure is not None]
    assert {o.failure.kind for o in over_tcp if o.failure} == {FailureKind.TIMEOUT}
    assert len(over_tcp) == 2  # silence is confirmed once, and then not asked for again with every question
