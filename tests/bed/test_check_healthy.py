"""`callready check` on a healthy site: what answers is met, the rest is unverified, nobody is blamed."""

from __future__ import annotations

import pytest

from catalog.read import load
from catalog.rules import render
from probe.model.evidence import PathEvidence, StunEvidence, TlsEvidence

from .bed import Bed
from .checking import Checked, check

MEDIA = {
    *(f"P3{row}/{ports}" for row in "abc" for ports in ("8500-8599", "8600-8699", "19560-65535")),
    "M2",
    "M5",
    "P13/2197",
}
"""Nobody answers there: Webex's media addresses are silent to strangers, and nobody publishes a host for 2197."""


@pytest.fixture(scope="module")
def healthy(bed: Bed) -> Checked:
    return check(bed, "--seed", "1")


def test_undetermined_without_any_diagnosis(healthy: Checked) -> None:
    assert healthy.codes == []
    assert set(healthy.verdicts.values()) == {"undetermined"}
    assert (healthy.report.verdict, healthy.status) == ("undetermined", 3)
    assert healthy.report.cut_short is False


def test_every_row_with_a_real_answer_is_met(healthy: Checked) -> None:
    assert healthy.statuses("unverified") == MEDIA
    assert healthy.statuses("unmet") == healthy.statuses("partly-met") == set()
    met = healthy.statuses("met")
    assert {"P1a/8934", "P1a/5062", "P1b", "P1c", "P7/443", "P7/443/regional", "P8", "P9", "P10/udp", "P10/tcp"} <= met
    assert {f"P3{row}/{port}" for row in "abc" for port in (5004, 9000)} <= met
    assert all(each.proof == "answered" for each in healthy.report.requirements if each.status == "met")


def test_nothing_broke_and_every_row_of_the_plan_was_tried(healthy: Checked) -> None:
    assert {each.status for each in healthy.report.measurements} == {"done"}


def test_missing_evidence_holds_the_score_down(healthy: Checked) -> None:
    assert healthy.report.score.value is not None
    assert healthy.report.score.value <= 74
    assert healthy.report.score.capped_by == "undetermined"


def test_mutual_tls_is_reported_as_such(healthy: Checked) -> None:
    asked = [each for each in healthy.report.findings if each.code == "tls.certificate_request"]
    assert {each.verdict for each in asked} == {"pass"}
    seen = [
        each.evidence
        for measurement in healthy.report.measurements
        if measurement.target.port == 5062
        for each in measurement.observations
        if isinstance(each.evidence, TlsEvidence)
    ]
    assert all(each.certificate_request is not None and each.public_trust.trusted for each in seen if each.public_trust)
    assert {each.alert for each in seen} == {"certificate_required"}


def test_personas_use_their_source_ports(healthy: Checked) -> None:
    stun = [
        each.evidence
        for measurement in healthy.report.measurements
        if measurement.params.get("source_ports") == "19560-19661"
        for each in measurement.observations
        if isinstance(each.evidence, StunEvidence)
    ]
    assert stun
    assert all(19560 <= each.local.port <= 19661 for each in stun)
    assert {each.mapped.address for each in stun if each.mapped} == {"203.0.113.2"}


def test_the_way_to_the_cloud_is_traced(healthy: Checked) -> None:
    paths = [
        each.evidence
        for measurement in healthy.report.measurements
        for each in measurement.observations
        if isinstance(each.evidence, PathEvidence)
    ]
    assert len(paths) == 2
    for path in paths:
        routers = [hop.addresses for hop in path.hops[:4]]
        assert routers == [["192.168.50.1"], ["203.0.113.1"], ["198.51.100.2"], ["198.51.100.6"]]
        assert path.reached


def test_without_privilege_the_same(bed: Bed) -> None:
    unprivileged = check(bed, "--depth", "quick", privileged=False)
    assert (unprivileged.status, unprivileged.codes) == (3, [])
    assert {each for each in unprivileged.statuses("unverified") if each.startswith("P3")} <= MEDIA


def test_exported_rules_are_all_the_egress_that_a_full_check_needs(bed: Bed) -> None:
    with bed.gateway.apply(render(load(), "nftables", level="recommended")):
        allowed = check(bed)
        assert allowed.codes == []
        assert allowed.statuses("unverified") == MEDIA
    with bed.gateway.apply(render(load(), "nftables", level="recommended").replace("8934", "8935")):
        assert check(bed, "--only", "tls", "--only", "dns").codes == ["firewall.tcp_blocked"]
