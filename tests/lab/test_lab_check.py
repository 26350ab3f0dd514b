"""Whole runs against the twin: a healthy one meets every requirement, and each fault breaks exactly its own."""

from __future__ import annotations

import pytest

from catalog.model import Catalog
from probe.site import Site, SiteEdge, SiteHost

from .running import run

SIGNALLING = {"P1a/8934", "P1b", "P1c"}


async def test_a_healthy_lab_meets_every_requirement(catalog: Catalog) -> None:
    outcome = await run(catalog, depth="standard")
    broken = [
        (each.task, each.traceback or each.reason)
        for each in outcome.measurements
        if each.status != "done" and each.kind != "path"
    ]
    assert broken == []
    assert [(each.id, each.status) for each in outcome.results if each.level != "informational"] == [
        (each.id, "met") for each in outcome.results if each.level != "informational"
    ]
    assert all(each.proof == "answered" for each in outcome.results if each.status == "met")
    assert outcome.codes("fail") == set()


async def test_a_site_with_its_own_hosts_is_met_too(catalog: Catalog) -> None:
    site = Site(
        personas=["local-gateway-registration"],
        edges=[SiteEdge(host="lg.example.com", trunk="registration")],
        hosts=[SiteHost(name="proxy.example.com", ports="8443"), SiteHost(name="203.0.113.9", ports="443")],
        time_servers=["ntp.example.com"],
    )
    outcome = await run(catalog, site=site, depth="quick")
    assert outcome.unmet == outcome.unverified == set()
    # The twin has no routers: its path is the one thing that cannot be measured.
    assert {each.kind for each in outcome.measurements if each.status != "done"} == {"path"}


@pytest.mark.parametrize(
    ("fault", "unmet", "unverified", "failing"),
    [
        ("tcp-reject:8934", SIGNALLING, set(), {"tls.reach"}),
        ("tls-expired:8934", SIGNALLING, set(), {"tls.trust"}),
        ("tls-untrusted:8934", SIGNALLING, set(), {"tls.trust"}),
        ("tls-wrong-name:5062", {"P1a/5062"}, set(), {"tls.name"}),
        ("dns-nxdomain:ntp-jp.bcld.webex.com", set(), {"P9"}, set()),
        ("udp-reject:9000", {"P3a/9000", "P3b/9000", "P3c/9000", "M2"}, set(), {"stun.reach", "udp-range.reach"}),
        ("delay:0.02", set(), set(), set()),
    ],
)
async def test_a_fault_breaks_its_own_and_nothing_else(
    catalog: Catalog, fault: str, unmet: set[str], unverified: set[str], failing: set[str]
) -> None:
    outcome = await run(catalog, [fault], depth="quick")
    assert (outcome.unmet, outcome.unverified, outcome.codes("fail")) == (unmet, unverified, failing)


async def test_a_slow_resolver_is_warned_of(catalog: Catalog) -> None:
    outcome = await run(catalog, ["dns-slow:0.15"], depth="quick", only=("dns",))
    assert outcome.unmet == set()
    assert outcome.codes("warn") == {"dns.latency"}


async def test_a_wrong_clock_is_warned_of(catalog: Catalog) -> None:
    """The limit that it breaks (CR-6) is recommended: it cannot fail a site whose time server answers."""
    outcome = await run(catalog, ["clock-skew:400"], depth="quick", only=("ntp",))
    assert outcome.unmet == set()
    assert outcome.codes("warn") == {"ntp.offset"}


async def test_dropped_media_ports_are_named(catalog: Catalog) -> None:
    outcome = await run(catalog, ["udp-drop:8510-8511"], personas=("webex-app",), only=("stun", "udp-range"))
    assert outcome.unmet == {"P3c/8500-8599"}
    assert {each.value for each in outcome.findings if each.verdict == "fail"} == {"8510-8511"}
