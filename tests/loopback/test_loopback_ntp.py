"""NTP from servers that echo nothing, kiss, cut and flood (RFC 5905)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from probe.checks.registry import checks
from probe.model.evidence import NtpEvidence
from probe.model.failure import FailureKind
from probe.wire import ntp

from .fakes import Answer, Fakes, answering, closed_port, flooding, silence
from .leaks import leakless
from .running import Zoo, failure_of, measure, task

NOW = 1_800_000_000.0


def reply(request: bytes, **options: Any) -> bytes:
    return ntp.reply(request, **{"receive_time": NOW, "transmit_time": NOW + 0.001, **options})


def other_origin(request: bytes, number: int = 1) -> bytes:
    answer = bytearray(reply(request))
    answer[24:32] = (int.from_bytes(answer[24:32], "big") ^ (number + 1)).to_bytes(8, "big")
    return bytes(answer)


HOSTILE: dict[str, tuple[Answer, FailureKind]] = {
    "silence": (silence, FailureKind.TIMEOUT),
    "a short packet": (answering(lambda r: reply(r)[:40]), FailureKind.MALFORMED),
    "nothing in a datagram": (answering(lambda _: b""), FailureKind.MALFORMED),
    "version 0": (answering(lambda _: bytes(48)), FailureKind.MALFORMED),
    "another origin": (answering(other_origin), FailureKind.MISMATCH),
    "thousands of other origins": (flooding(other_origin), FailureKind.MISMATCH),
    "our own request": (answering(bytes), FailureKind.MISMATCH),
}


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with leakless(), Fakes() as fakes:
        yield Zoo({name: task("ntp", fakes.udp(answer), id=name) for name, (answer, _) in HOSTILE.items()})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(name), "exchange")
    assert failure.kind is HOSTILE[name][1], failure


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_judged_as_not_reached(zoo: Zoo, name: str) -> None:
    check = checks()["ntp"]
    assert [(f.code, f.verdict) for f in check.judge(zoo[name], check.params(), {})] == [("ntp.reach", "fail")]


def test_memory_stays_bounded(zoo: Zoo) -> None:
    assert zoo.growth < 32 * 1024 * 1024


@pytest.mark.parametrize(
    ("options", "because"),
    [
        ({"stratum": 0, "reference_id": "RATE"}, "kiss-o'-death RATE"),
        ({"stratum": 0, "reference_id": "DENY"}, "kiss-o'-death DENY"),
        ({"stratum": 16}, "stratum 16"),
        ({"leap": 3}, "leap indicator 3"),
    ],
)
def test_an_answer_without_time_is_an_answer_all_the_same(fakes: Fakes, options: dict[str, Any], because: str) -> None:
    (measured,) = measure(task("ntp", fakes.udp(answering(lambda r: reply(r, **options)))))
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, NtpEvidence)
    assert evidence.unusable is not None
    assert because in evidence.unusable
    check = checks()["ntp"]
    found = {f.code: f.verdict for f in check.judge(measured, check.params(), {})}
    assert found == {"ntp.reach": "pass", "ntp.usable": "unknown"}


@pytest.mark.parametrize("options", [{"stratum": 0}, {"stratum": 16}, {"leap": 3}])
def test_the_time_of_an_unusable_answer_is_not_measured(fakes: Fakes, options: dict[str, Any]) -> None:
    (measured,) = measure(task("ntp", fakes.udp(answering(lambda r: reply(r, **options)))))
    assert measured.metrics == []


def test_a_closed_port_says_so() -> None:
    (measured,) = measure(task("ntp", closed_port(socket.SOCK_DGRAM)))
    failure = failure_of(measured.observations, "exchange")
    assert (failure.kind, failure.reporter) == (FailureKind.PORT_UNREACHABLE, "127.0.0.1")
