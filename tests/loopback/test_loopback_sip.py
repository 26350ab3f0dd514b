"""SIP inside TLS from servers that never end a line, a head or a session (RFC 3261)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from probe.checks.registry import checks
from probe.model.evidence import SipEvidence
from probe.model.failure import FailureKind
from probe.wire import sip, sip_exchange

from .certificates import Authority
from .fakes import Fakes, closed_port, secured
from .leaks import leakless
from .running import Zoo, failure_of, measure, task

Says = Callable[[bytes], Iterable[bytes]]


def respond(request: bytes, status: int = 200, reason: str = "OK") -> bytes:
    asked = sip.parse(request)
    assert isinstance(asked, sip.Request)
    return bytes(sip_exchange.respond(asked, status, reason, to_tag="far", source=("192.0.2.9", 4242)))


def once(make: Callable[[bytes], bytes]) -> Says:
    return lambda request: [make(request)]


def for_ever(first: bytes, chunk: bytes) -> Says:
    def says(_: bytes) -> Iterable[bytes]:
        yield first
        while True:
            yield chunk

    return says


def other_branch(request: bytes) -> bytes:
    return re.sub(rb"branch=z9hG4bK\w+", b"branch=z9hG4bKsomebodyelse", respond(request))


def other_sequence(request: bytes) -> bytes:
    return respond(request).replace(b"1 OPTIONS", b"2 OPTIONS")


HEAD = b"SIP/2.0 200 OK\r\n"
HOSTILE: dict[str, tuple[Says, FailureKind]] = {
    "silence": (lambda _: (), FailureKind.TIMEOUT),
    "headers without end": (for_ever(HEAD, b"X-Bomb: boom\r\n" * 1000), FailureKind.MALFORMED),
    "a line without end": (for_ever(HEAD + b"X-Long: ", b"a" * 16000), FailureKind.MALFORMED),
    "a folded line without end": (for_ever(HEAD + b"X-Folded: a\r\n", b" and more\r\n" * 1000), FailureKind.MALFORMED),
    "a status line without end": (for_ever(b"SIP/2.0 200 ", b"OK" * 8000), FailureKind.MALFORMED),
    "a gigabyte announced": (once(lambda _: HEAD + b"Content-Length: 999999999\r\n\r\n"), FailureKind.MALFORMED),
    "noise": (once(lambda _: bytes(range(256)) * 4), FailureKind.MALFORMED),
    "HTTP": (once(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n"), FailureKind.MALFORMED),
    "an answer to another branch": (once(other_branch), FailureKind.MISMATCH),
    "an answer to another sequence number": (once(other_sequence), FailureKind.MISMATCH),
    "our own request": (once(bytes), FailureKind.TIMEOUT),
    "keepalives for ever": (for_ever(b"\r\n", b"\r\n" * 4000), FailureKind.TOO_LARGE),
    "answers to others for ever": (
        lambda request: for_ever(b"", other_branch(request) * 20)(request),
        FailureKind.TOO_LARGE,
    ),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("sip"))


@pytest.fixture(scope="module")
def zoo(authority: Authority) -> Iterator[Zoo]:
    with leakless(), Fakes() as fakes:
        context = authority.context()
        yield Zoo(
            {name: task("sip", fakes.tcp(secured(context, says)), id=name) for name, (says, _) in HOSTILE.items()}
        )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(name), "exchange")
    assert failure.kind is HOSTILE[name][1], failure


@pytest.mark.parametrize("name", HOSTILE)
def test_sip_stays_inconclusive(zoo: Zoo, name: str) -> None:
    check = checks()["sip"]
    assert [(f.code, f.verdict) for f in check.judge(zoo[name], check.params(), {})] == [("sip.reach", "unknown")]


def test_memory_stays_bounded(zoo: Zoo) -> None:
    assert zoo.growth < 64 * 1024 * 1024


@pytest.mark.parametrize(("status", "reason"), [(200, "OK"), (404, "Not Found"), (503, ""), (699, "No such thing")])
def test_any_status_line_is_an_answer(fakes: Fakes, authority: Authority, status: int, reason: str) -> None:
    port = fakes.tcp(secured(authority.context(), once(lambda request: respond(request, status, reason))))
    (measured,) = measure(task("sip", port))
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, SipEvidence)
    assert (evidence.status, evidence.reason) == (status, reason)
    assert (evidence.received, evidence.rport) == ("192.0.2.9", 4242)


def test_an_answer_in_pieces_behind_keepalives(fakes: Fakes, authority: Authority) -> None:
    def says(request: bytes) -> Iterable[bytes]:
        yield b"\r\n\r\n"
        yield from (bytes([byte]) for byte in respond(request))

    (measured,) = measure(task("sip", fakes.tcp(secured(authority.context(), says))))
    assert isinstance(measured.observations[-1].evidence, SipEvidence)


def test_no_listener_is_no_finding_of_sip(fakes: Fakes) -> None:
    (measured,) = measure(task("sip", closed_port()))
    assert failure_of(measured.observations, "connect").kind is FailureKind.REFUSED
    check = checks()["sip"]
    assert check.judge(measured, check.params(), {}) == []
