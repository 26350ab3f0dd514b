"""HTTP and HTTPS from servers that never end a line, a head, a body or a handshake (RFC 9110, RFC 9112)."""

from __future__ import annotations

import asyncio
import gzip
import struct
from collections.abc import Iterable, Iterator

import pytest

from probe.checks.registry import checks
from probe.model.evidence import HttpEvidence, TlsEvidence
from probe.model.failure import FailureKind
from probe.model.measurement import Measurement

from .certificates import Authority
from .fakes import (
    Fakes,
    Serve,
    close,
    closed_port,
    dripping,
    endless,
    hold,
    reset,
    saying,
    secured,
)
from .leaks import leakless
from .running import Zoo, failure_of, measure, task

OK = b"HTTP/1.1 200 OK\r\n"

FAILING: dict[str, tuple[Serve, set[FailureKind]]] = {
    "silence": (hold, {FailureKind.TIMEOUT}),
    "closes": (close, {FailureKind.CLOSED, FailureKind.RESET}),
    "resets": (reset, {FailureKind.RESET, FailureKind.CLOSED}),
    "headers without end": (endless(b"X-Bomb: boom\r\n" * 1000, first=OK), {FailureKind.MALFORMED}),
    "a header line without end": (endless(b"a" * 16384, first=OK + b"X-Long: "), {FailureKind.MALFORMED}),
    "a status line without end": (endless(b"O" * 16384, first=b"HTTP/1.1 200 "), {FailureKind.MALFORMED}),
    "a drip of a status line": (dripping(OK), {FailureKind.TIMEOUT}),
    "an invalid status line": (saying(b"HTTP/1.1 two hundred\r\n\r\n"), {FailureKind.MALFORMED}),
    "status 99": (saying(b"HTTP/1.1 99 Low\r\n\r\n"), {FailureKind.MALFORMED}),
    "noise": (saying(bytes(range(128, 256)) * 8), {FailureKind.MALFORMED}),
    "SSH": (saying(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), {FailureKind.MALFORMED}),
    "100 Continue for ever": (endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 200), {FailureKind.TIMEOUT}),
    "chunks that are none": (saying(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), {FailureKind.MALFORMED}),
    "two different lengths": (
        saying(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        {FailureKind.MALFORMED},
    ),
}

ANSWERING: dict[str, tuple[Serve, int]] = {
    "a body without end": (endless(bytes(65536), first=OK + b"\r\n"), 200),
    "chunks without end": (
        endless(b"4000\r\n" + bytes(0x4000) + b"\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        200,
    ),
    "a chunk of 2^64 bytes": (
        saying(OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + bytes(100)),
        200,
    ),
    "a body that never comes": (saying(OK + b"Content-Length: 10\r\n\r\n"), 200),
    "a body cut short": (saying(OK + b"Content-Length: 1000\r\n\r\nabc"), 200),
    "a compressed gigabyte": (
        endless(
            gzip.compress(bytes(1 << 24)), first=OK + b"Content-Encoding: gzip\r\nContent-Length: 999999999\r\n\r\n"
        ),
        200,
    ),
    "not compressed at all": (saying(OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), 200),
    "a status of its own": (saying(b"HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"), 799),
    "a very long location": (
        saying(b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 9000 + b"\r\nContent-Length: 0\r\n\r\n"),
        302,
    ),
    "a location that is not UTF-8": (
        saying(b"HTTP/1.1 302 Found\r\nLocation: /\xff\xfe\r\nContent-Length: 0\r\n\r\n"),
        302,
    ),
    "a proxy's demand": (saying(b"HTTP/1.0 407 Auth\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"), 407),
    "401 without a scheme": (saying(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), 401),
}


def alert(number: int) -> bytes:
    return struct.pack("!BHHBB", 21, 0x0303, 2, 2, number)


TLS: dict[str, tuple[Serve, set[FailureKind]]] = {
    "silence": (hold, {FailureKind.TIMEOUT}),
    "closes": (close, {FailureKind.CLOSED, FailureKind.RESET}),
    "resets": (reset, {FailureKind.RESET}),
    "plain HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), {FailureKind.NOT_TLS}),
    "an alert": (saying(alert(40)), {FailureKind.TLS_ALERT}),
    "too old": (saying(alert(70)), {FailureKind.TLS_ALERT}),
    "zeros for ever": (endless(bytes(65536)), {FailureKind.NOT_TLS}),
    "a drip": (dripping(struct.pack("!BHH", 22, 0x0303, 4000) + bytes(4000)), {FailureKind.TIMEOUT}),
    "requests to begin anew, for ever": (
        endless(b"\x16\x03\x03\x00\x04\x00\x00\x00\x00" * 400),
        {FailureKind.TIMEOUT, FailureKind.TOO_LARGE, FailureKind.TLS_FAILED},
    ),
}


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with leakless(), Fakes() as fakes:
        cases = {
            f"http {name}": task("https", fakes.tcp(serve), id=name, scheme="http")
            for name, (serve, _) in {**FAILING, **ANSWERING}.items()
        }
        cases |= {
            f"https {name}": task("https", fakes.tcp(serve), id=f"https {name}") for name, (serve, _) in TLS.items()
        }
        yield Zoo(cases)


@pytest.mark.parametrize("name", FAILING)
def test_a_hostile_answer_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(f"http {name}"), "request")
    assert failure.kind in FAILING[name][1], failure
    assert len(failure.detail) < 300
    assert "\n" not in failure.detail
    assert verdicts(zoo[f"http {name}"]) == {"https.reach": "fail"}


@pytest.mark.parametrize("name", ANSWERING)
def test_a_status_is_an_answer_whatever_follows(zoo: Zoo, name: str) -> None:
    evidence = zoo.survived(f"http {name}")[-1].evidence
    assert isinstance(evidence, HttpEvidence), zoo[f"http {name}"].observations
    assert evidence.status == ANSWERING[name][1]
    assert len(evidence.location or "") <= 200
    assert verdicts(zoo[f"http {name}"]) == {"https.reach": "pass"}


@pytest.mark.parametrize("name", TLS)
def test_a_hostile_handshake_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(f"https {name}"), "request")
    assert failure.kind in TLS[name][1], failure
    assert verdicts(zoo[f"https {name}"])["https.reach"] == "fail"


def verdicts(measured: Measurement) -> dict[str, str]:
    check = checks()["https"]
    return {f.code: f.verdict for f in check.judge(measured, check.params(**measured.params), {})}


def test_memory_stays_bounded(zoo: Zoo) -> None:
    assert zoo.growth < 96 * 1024 * 1024


def test_no_redirect_is_followed(fakes: Fakes) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        asked.append(request)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    (measured,) = measure(task("https", fakes.tcp(serve), scheme="http", path="/here"))
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, HttpEvidence)
    assert (evidence.status, evidence.location) == (302, "/again")
    assert [request.split()[1] for request in asked] == [b"/here"]


def test_no_cookie_and_no_credentials_are_sent(fakes: Fakes) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 401 No\r\nSet-Cookie: a=b\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    measure(task("https", fakes.tcp(serve), scheme="http", websocket=True))
    assert len(asked) == 2
    assert not [
        line for request in asked for line in request.lower().split(b"\r\n") if line[:6] in {b"cookie", b"author"}
    ]


def test_a_refused_port(fakes: Fakes) -> None:
    (measured,) = measure(task("https", closed_port(), scheme="http"))
    assert failure_of(measured.observations, "connect").kind is FailureKind.REFUSED


def secure_http(authority: Authority, answer: bytes, **options: object) -> Serve:
    def says(_: bytes) -> Iterable[bytes]:
        yield answer

    return secured(authority.context(**options), says)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("http"))


def test_the_chain_is_seen_beside_the_answer(fakes: Fakes, authority: Authority) -> None:
    serve = secure_http(authority, OK + b"Content-Length: 0\r\n\r\n", valid=(-9, -3))
    (measured,) = measure(task("https", fakes.tcp(serve)))
    handshake = measured.last("handshake")
    assert handshake is not None
    assert isinstance(handshake.evidence, TlsEvidence)
    assert handshake.evidence.public_trust is not None
    assert handshake.evidence.public_trust.trusted is False
    found = verdicts(measured)
    assert (found["https.reach"], found["https.trust"], found["https.name"]) == ("pass", "fail", "fail")


def test_the_chain_is_kept_when_no_answer_follows(fakes: Fakes, authority: Authority) -> None:
    (measured,) = measure(task("https", fakes.tcp(secure_http(authority, b"no HTTP at all\r\n\r\n"))))
    request = measured.last("request")
    assert request is not None
    assert request.failure is not None
    assert request.failure.kind is FailureKind.MALFORMED
    assert isinstance(request.evidence, TlsEvidence)


def test_a_server_that_never_says_goodbye_leaves_nothing_open(fakes: Fakes, authority: Authority) -> None:
    """It ignores close_notify: waiting for its own would keep the socket open for half a minute."""
    serve = secure_http(authority, OK + b"Content-Length: 0\r\n\r\n")
    (measured,) = measure(task("https", fakes.tcp(serve)))
    assert measured.last("request") is not None
