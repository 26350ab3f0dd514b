"""`callready check` at sites with one fault each: the right code with its exact scope, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from .bed import Bed
from .checking import Checked, check, scopes

NEED_8934 = {"local-gateway-registration", "desk-phone", "room-device", "webex-app", "webex-app-mobile"}
EVERYBODY = NEED_8934 | {"local-gateway-certificate", "webex-web-app", "video-mesh-node"}
CALLERS = EVERYBODY - {"video-mesh-node"}

Fault = Callable[[Bed], AbstractContextManager[object]]


def not_ready(checked: Checked) -> set[str]:
    return {persona for persona, verdict in checked.verdicts.items() if verdict == "not-ready"}


@pytest.mark.parametrize(
    ("fault", "expected", "personas"),
    [
        pytest.param(
            lambda bed: bed.gateway.drop("tcp dport 8934"),
            ("firewall.tcp_blocked", "tcp", [], ["8934"]),
            NEED_8934,
            id="8934-dropped",
        ),
        pytest.param(
            lambda bed: bed.gateway.reject("tcp dport 8934"),
            ("firewall.tcp_blocked", "tcp", [], ["8934"]),
            NEED_8934,
            id="8934-rejected",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("tcp dport 5062"),
            ("firewall.tcp_blocked", "tcp", [], ["5062"]),
            {"local-gateway-certificate"},
            id="5062-dropped",
        ),
        pytest.param(
            lambda bed: bed.without("unbound"), ("dns.unreachable", "udp", [], ["53"]), EVERYBODY, id="resolver-dead"
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("ip daddr 203.0.113.53"),
            ("dns.unreachable", "udp", [], ["53"]),
            EVERYBODY,
            id="resolver-silent",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("ip daddr 203.0.113.53 tcp dport 53"),
            ("dns.tcp_blocked", "tcp", [], ["53"]),
            EVERYBODY,
            id="dns-over-tcp-dropped",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("udp dport 123"),
            ("ntp.blocked", "udp", [], ["123"]),
            {"desk-phone"},
            id="ntp-dropped",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("udp sport 51494"),
            ("ntp.source_port_blocked", "udp", ["51494"], ["123"]),
            {"desk-phone"},
            id="ntp-source-port-dropped",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("udp dport 9000"),
            ("firewall.udp_blocked", "udp", [], ["9000"]),
            CALLERS,
            id="9000-dropped",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("udp dport { 123, 5004, 9000 }"),
            ("firewall.udp_blocked", "udp", [], ["123", "5004", "9000"]),
            CALLERS,
            id="all-udp-to-the-cloud-dropped",
        ),
        pytest.param(
            lambda bed: bed.gateway.drop("tcp sport 5060-5080 tcp dport 8934"),
            ("firewall.source_port_blocked", "tcp", ["5060-5080"], ["8934"]),
            {"desk-phone", "room-device"},
            id="device-source-ports-dropped",
        ),
        pytest.param(
            lambda bed: bed.certificate("expired", peer="kamailio"),
            ("tls.untrusted", "tcp", [], ["5062", "8934"]),
            NEED_8934 | {"local-gateway-certificate"},
            id="signalling-certificate-expired",
        ),
        pytest.param(
            lambda bed: bed.certificate("wrong-name", peer="kamailio"),
            ("tls.name_mismatch", "tcp", [], ["5062", "8934"]),
            NEED_8934 | {"local-gateway-certificate"},
            id="signalling-certificate-for-another-name",
        ),
    ],
)
def test_one_fault_one_diagnosis(
    bed: Bed, fault: Fault, expected: tuple[str, str, list[str], list[str]], personas: set[str]
) -> None:
    with fault(bed):
        checked = check(bed)
    assert scopes(checked) == [expected]
    assert checked.codes == [expected[0]]
    assert not_ready(checked) == personas
    assert checked.status == 2


def test_rejection_names_the_gateway(bed: Bed) -> None:
    with bed.gateway.reject("tcp dport 8934"):
        (found,) = check(bed, "--only", "tls", "--only", "https", "--only", "dns").report.diagnoses
    assert found.confidence == "certain"
    assert found.where is not None
    assert (found.where.hop, found.where.address) == (1, "192.168.50.1")


def test_rejection_by_the_provider_names_its_router(bed: Bed) -> None:
    with bed.isp2.reject("tcp dport 8934"):
        (found,) = check(bed).report.diagnoses
    assert (found.code, found.confidence, found.owner) == ("firewall.tcp_blocked", "certain", "isp")
    assert found.where is not None
    assert (found.where.hop, found.where.address) == (3, "198.51.100.2")


def test_interception_is_named_with_its_issuer(bed: Bed) -> None:
    with bed.certificate("intercepted", peer="nginx"):
        (found,) = check(bed).report.diagnoses
    assert (found.code, found.owner) == ("tls.intercepted", "proxy")
    assert "bed middlebox" in found.title
