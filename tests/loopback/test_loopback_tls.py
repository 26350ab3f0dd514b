"""TLS towards servers that never finish, never begin, speak something else or show odd certificates (RFC 8446)."""

from __future__ import annotations

import ipaddress
import re
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from probe.checks.limits import Limits
from probe.checks.registry import checks
from probe.model.evidence import TlsEvidence
from probe.model.failure import FailureKind
from probe.model.plan import Task
from probe.net.real import RealNet

from .certificates import Authority
from .fakes import Fakes, Serve, close, closed_port, dripping, endless, hold, reset, saying, secured
from .leaks import leakless
from .running import LoopbackNet, Zoo, failure_of, measure, task

LIMITS: Limits = {}


def record(content: bytes, *, kind: int = 22, version: int = 0x0303) -> bytes:
    return struct.pack("!BHH", kind, version, len(content)) + content


def handshake(kind: int, body: bytes, *, length: int | None = None) -> bytes:
    return bytes([kind]) + (len(body) if length is None else length).to_bytes(3, "big") + body


def server_hello() -> bytes:
    """TLS 1.2, ECDHE-RSA-AES128-GCM-SHA256, an empty renegotiation_info."""
    extensions = bytes.fromhex("ff01000100")
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00" + struct.pack("!H", len(extensions)) + extensions
    return handshake(2, body)


ALERT = record(bytes([2, 40]), kind=21)
HELLO_REQUEST = record(handshake(0, b""))
ENDLESS_HELLO = record(handshake(2, bytes(8000), length=0xFFFFFF))
ENDLESS_CERTIFICATE = record(server_hello()) + record(handshake(11, bytes(8000), length=0xFFFFFF))

WIRE: dict[str, tuple[Serve, set[FailureKind]]] = {
    "silence": (hold, {FailureKind.TIMEOUT}),
    "closes at once": (close, {FailureKind.CLOSED, FailureKind.RESET}),
    "reset": (reset, {FailureKind.RESET}),
    "plain HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), {FailureKind.NOT_TLS}),
    "SSH banner": (saying(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), {FailureKind.NOT_TLS}),
    "zeros for ever": (endless(bytes(65536)), {FailureKind.NOT_TLS}),
    "an alert": (saying(ALERT), {FailureKind.TLS_ALERT}),
    "drip of a ServerHello": (dripping(record(server_hello())), {FailureKind.TIMEOUT}),
    "requests to begin anew, for ever": (endless(HELLO_REQUEST * 400), {FailureKind.TOO_LARGE}),
    "a ServerHello without end": (
        endless(record(bytes(16000)), first=ENDLESS_HELLO),
        {FailureKind.TLS_FAILED, FailureKind.TOO_LARGE},
    ),
    "a certificate without end": (
        endless(record(bytes(16000)), first=ENDLESS_CERTIFICATE),
        {FailureKind.TLS_FAILED, FailureKind.TOO_LARGE},
    ),
    "a record of 65535 bytes": (
        saying(struct.pack("!BHH", 22, 0x0303, 65535) + bytes(65535)),
        {FailureKind.TLS_FAILED},
    ),
}


@pytest.fixture(scope="module")
def zoo() -> Iterator[Zoo]:
    with leakless(), Fakes() as fakes:
        yield Zoo({name: task("tls", fakes.tcp(serve), id=name) for name, (serve, _) in WIRE.items()})


@pytest.mark.parametrize("name", WIRE)
def test_a_hostile_handshake_is_a_recorded_failure(zoo: Zoo, name: str) -> None:
    failure = failure_of(zoo.survived(name), "handshake")
    assert failure.kind in WIRE[name][1], failure
    assert "\n" not in failure.detail


@pytest.mark.parametrize("name", WIRE)
def test_it_is_judged_as_not_reached(zoo: Zoo, name: str) -> None:
    check = checks()["tls"]
    (reach,) = [f for f in check.judge(zoo[name], check.params(), LIMITS) if f.code == "tls.reach"]
    assert reach.verdict == "fail"


def test_memory_stays_bounded(zoo: Zoo) -> None:
    assert zoo.growth < 48 * 1024 * 1024


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def shown(fakes: Fakes, authority: Authority, context: ssl.SSLContext, **params: Any) -> TlsEvidence:
    """What the check saw of a server with this context, asked for by the address 127.0.0.1."""
    (measured,) = measure(_towards(fakes.tcp(secured(context)), **params), net=trusting(authority))
    assert measured.status == "done", (measured.reason, measured.traceback)
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, TlsEvidence), measured.observations
    return evidence


def trusting(authority: Authority) -> RealNet:
    net = LoopbackNet()
    net._roots = type(net._roots)(authority.roots)
    return net


def _towards(port: int, **params: Any) -> Task:
    return task("tls", port, **params)


OURS = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


def test_a_trusted_chain(fakes: Fakes, authority: Authority) -> None:
    seen = shown(fakes, authority, authority.context(names=OURS))
    assert seen.public_trust is not None
    assert (seen.public_trust.trusted, seen.name_matches, seen.version) == (True, True, "TLSv1.3")


def test_an_expired_certificate(fakes: Fakes, authority: Authority) -> None:
    seen = shown(fakes, authority, authority.context(names=OURS, valid=(-20, -2)))
    assert seen.public_trust is not None
    assert (seen.public_trust.trusted, seen.public_trust.code) == (False, 10)  # X509_V_ERR_CERT_HAS_EXPIRED
    assert seen.name_matches is True


def test_a_certificate_of_tomorrow(fakes: Fakes, authority: Authority) -> None:
    seen = shown(fakes, authority, authority.context(names=OURS, valid=(2, 20)))
    assert seen.public_trust is not None
    assert (seen.public_trust.trusted, seen.public_trust.code) == (False, 9)  # X509_V_ERR_CERT_NOT_YET_VALID


def test_a_self_signed_certificate(fakes: Fakes, authority: Authority) -> None:
    seen = shown(fakes, authority, authority.context(names=OURS, self_signed=True))
    assert seen.public_trust is not None
    assert (seen.public_trust.trusted, seen.public_trust.code) == (False, 18)  # DEPTH_ZERO_SELF_SIGNED_CERT


def test_a_certificate_for_another_name(fakes: Fakes, authority: Authority) -> None:
    seen = shown(fakes, authority, authority.context("elsewhere.example"))
    assert seen.public_trust is not None
    assert (seen.public_trust.trusted, seen.name_matches) == (True, False)


def test_two_hundred_certificates(fakes: Fakes, authority: Authority) -> None:
    seen = shown(fakes, authority, authority.context(names=OURS, fillers=199))
    assert seen.public_trust is not None
    assert seen.public_trust.trusted is True
    assert len(seen.chain) <= 10


def test_certificates_beyond_all_measure_are_refused(fakes: Fakes, authority: Authority) -> None:
    port = fakes.tcp(secured(authority.context(names=OURS, fillers=900)))
    (measured,) = measure(task("tls", port), net=trusting(authority))
    assert measured.status == "done"
    assert failure_of(measured.observations, "handshake").kind in {FailureKind.TLS_FAILED, FailureKind.TOO_LARGE}


def _raw_san(der: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), der)


ODD_NAMES: dict[str, tuple[list[x509.GeneralName], list[x509.ExtensionType]]] = {
    "none at all": ([], []),
    "a thousand": ([x509.DNSName(f"host{number}.example") for number in range(1000)], []),
    "wildcard for everything": ([x509.DNSName("*")], []),
    "wildcard within a label": ([x509.DNSName("a*b.example")], []),
    "empty": ([x509.DNSName("")], []),
    "one label of 300": ([x509.DNSName("a" * 300)], []),
    "other kinds": (
        [x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), b"\x0c\x03abc"), x509.RFC822Name("a@example"),
         x509.UniformResourceIdentifier("sip:edge.example"), x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))],
        [],
    ),
    "not ASCII": ([], [_raw_san(bytes.fromhex("30058203c3bcff"))]),
    "an x400Address": ([], [_raw_san(bytes.fromhex("3004a3020500"))]),
    "an address of three bytes": ([], [_raw_san(bytes.fromhex("300587037f0000"))]),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD_NAMES)
def test_odd_subject_alternative_names(fakes: Fakes, authority: Authority, kind: str) -> None:
    names, more = ODD_NAMES[kind]
    seen = shown(fakes, authority, authority.context(names=names, more=more))
    assert seen.name_matches is False
    assert len(seen.chain[0].names) <= 64


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def tamper(der: bytes) -> bytes:
        assert old in der
        assert len(old) == len(new)
        return der.replace(old, new)

    return tamper


UNREADABLE: dict[str, Callable[[bytes], bytes]] = {
    "a negative serial number": lambda der: re.sub(
        rb"(\xa0\x03\x02\x01\x02\x02.).", lambda found: found[1] + b"\x80", der, count=1, flags=re.DOTALL
    ),
    "version 9": replacing(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x08"),
    "a date that is none": lambda der: re.sub(rb"\x17\x0d\d{12}Z", b"\x17\x0d99XX99999999Z", der),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_certificate_that_cannot_be_read(fakes: Fakes, authority: Authority, what: str) -> None:
    context = authority.context("odd.example", names=[], tamper=UNREADABLE[what])
    (measured,) = measure(task("tls", fakes.tcp(secured(context))), net=trusting(authority))
    assert measured.status == "done", (measured.reason, measured.traceback)
    check = checks()["tls"]
    assert "fail" in {f.verdict for f in check.judge(measured, check.params(), LIMITS)}


def test_an_unfinished_refusal_of_our_missing_certificate(fakes: Fakes, authority: Authority) -> None:
    context = authority.context(names=OURS)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.roots)
    seen = shown(fakes, authority, context, mutual=True)
    assert seen.certificate_request is not None
    assert seen.alert == "certificate_required"


def test_mutual_tls_of_version_1_2_passes_although_it_ends_in_an_alert(fakes: Fakes, authority: Authority) -> None:
    context = authority.context(names=OURS)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.roots)
    port = fakes.tcp(secured(context))
    (measured,) = measure(task("tls", port, mutual=True), net=trusting(authority))
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, TlsEvidence)
    assert evidence.certificate_request is not None
    check = checks()["tls"]
    found = check.judge(measured, check.params(mutual=True), LIMITS)
    assert {f.code: f.verdict for f in found}["tls.reach"] == "pass"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_with_nothing_newer_than_tls_1_1(fakes: Fakes, authority: Authority) -> None:
    context = authority.context(names=OURS)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    (measured,) = measure(task("tls", fakes.tcp(secured(context))), net=trusting(authority))
    assert failure_of(measured.observations, "handshake").kind in {FailureKind.TLS_ALERT, FailureKind.TLS_FAILED}
    check = checks()["tls"]
    assert {f.code for f in check.judge(measured, check.params(), LIMITS)} == {"tls.reach", "tls.version"}


def test_a_server_that_answers_tls_1_1_to_an_offer_of_1_2(fakes: Fakes) -> None:
    old = server_hello().replace(b"\x03\x03", b"\x03\x02", 1)
    (measured,) = measure(task("tls", fakes.tcp(saying(record(old, version=0x0302)))))
    check = checks()["tls"]
    assert {f.code for f in check.judge(measured, check.params(), LIMITS)} == {"tls.reach", "tls.version"}


def test_a_refused_port_is_refused() -> None:
    (measured,) = measure(task("tls", closed_port()))
    assert failure_of(measured.observations, "connect").kind is FailureKind.REFUSED
