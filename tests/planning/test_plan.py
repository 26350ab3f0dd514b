"""From the built-in catalogue to tasks and requirements."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.model import Catalog
from catalog.read import load
from catalog.strict import Invalid
from probe.checks.registry import checks
from probe.model.address import Endpoint
from probe.model.plan import Plan, Requirement
from probe.planning.options import Options
from probe.planning.plan import plan
from probe.site import Site, SiteEdge, SiteHost, read

RESOLVER = Endpoint("203.0.113.53", 53)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def made(catalog: Catalog, site: Site | None = None, **options: object) -> Plan:
    chosen = Options(resolvers=(RESOLVER,), **options)  # type: ignore[arg-type]
    return plan(catalog, site or Site(), chosen, checks())


def found(planned: Plan, name: str, persona: str) -> Requirement:
    return next(each for each in planned.requirements if (each.id, each.persona) == (name, persona))


def hosts(planned: Plan, requirement: Requirement) -> set[str]:
    tasks = {each.id: each for each in planned.tasks}
    return {tasks[task].target.host for way in requirement.ways for task in way.tasks}


def test_every_persona_of_the_catalogue_is_judged(catalog: Catalog) -> None:
    planned = made(catalog)
    assert planned.personas == [each.id for each in catalog.personas]
    assert {each.persona for each in planned.requirements} == set(planned.personas)


@pytest.mark.parametrize(
    ("persona", "needed"),
    [
        ("local-gateway-registration", {"P1a/8934", "P3a/5004", "P3a/9000", "P3a/19560-65535", "P10/udp", "P10/tcp"}),
        ("local-gateway-certificate", {"P1a/5062", "P3a/5004", "P3a/9000", "P3a/19560-65535", "P10/udp", "P10/tcp"}),
        ("desk-phone", {"P1b", "P3b/5004", "P3b/19560-65535", "P7/443", "P7/443/regional", "P9", "P10/udp"}),
        ("room-device", {"P1b", "P3b/5004", "P3b/19560-65535", "P10/udp"}),
        ("webex-app", {"P1c", "P3c/5004", "P3c/19560-65535", "P8", "P10/udp"}),
        ("webex-web-app", {"P3c/5004", "P8", "D05/regional"}),
        ("video-mesh-node", {"M1", "M2"}),
    ],
)
def test_what_a_persona_requires(catalog: Catalog, persona: str, needed: set[str]) -> None:
    required = {r.id for r in made(catalog).requirements if r.persona == persona and r.level == "required"}
    assert needed <= required
    assert ("P1a/8934" in required) == (persona == "local-gateway-registration")


def test_a_browser_has_no_need_of_8934(catalog: Catalog) -> None:
    assert not [r for r in made(catalog).requirements if r.persona == "webex-web-app" and r.ports == "8934"]


def test_two_hosts_of_two_data_centres_per_region(catalog: Catalog) -> None:
    planned = made(catalog)
    asked = found(planned, "P1b", "desk-phone")
    assert {way.name for way in asked.ways} == {"us", "ca", "eu", "jp", "au"}
    prefixes = {host[:2] for host in hosts(planned, asked)}
    assert len(hosts(planned, asked)) == len(prefixes) == 10


def test_region_and_depth_narrow(catalog: Catalog) -> None:
    planned = made(catalog, regions=("eu",), depth="quick")
    asked = found(planned, "P1b", "desk-phone")
    assert len(hosts(planned, asked)) == 1
    assert all(".sipconnect-eu." in host for host in hosts(planned, asked))
    assert not [each for each in planned.requirements if each.level == "informational"]


def test_a_region_without_published_names_borrows_those_of_others(catalog: Catalog) -> None:
    planned = made(catalog, regions=("au",))
    assert hosts(planned, found(planned, "P3b/5004", "desk-phone"))
    certificate = found(planned, "P1a/5062", "local-gateway-certificate")
    assert "eun01.sipconnect.bcld.webex.com" in hosts(planned, certificate)


def test_names_that_are_only_guessed_prove_nothing_by_silence(catalog: Catalog) -> None:
    ways = {way.name: way for way in found(made(catalog), "P1a/5062", "local-gateway-certificate").ways}
    assert ways["eu"].conclusive
    assert not ways["us"].conclusive


def test_source_ports_and_marks_are_the_personas(catalog: Catalog) -> None:
    planned = made(catalog)
    task = next(t for t in planned.tasks if t.kind == "tls" and t.params.get("source_ports") == "5060-5080")
    assert task.params["dscp"] == 24
    assert found(planned, "P9", "desk-phone").source_ports == "51494"
    assert found(planned, "P3c/5004", "webex-web-app").source_ports == "ephemeral"


def test_media_ranges_are_unmeasured_until_somebody_answers(catalog: Catalog) -> None:
    asked = found(made(catalog), "P3b/19560-65535", "desk-phone")
    assert (asked.ways, bool(asked.unmeasured)) == ([], True)
    answered = found(made(catalog, answering=("far.example",)), "P3b/19560-65535", "desk-phone")
    assert (len(answered.ways), answered.unmeasured) == (1, None)


def test_everything_left_out_is_listed_with_its_reason(catalog: Catalog) -> None:
    reasons = {each.row: each.reason for each in made(catalog).skipped}
    assert "only the cloud" in reasons["P2"]
    assert "Unified CM" in reasons["P8/8443"]
    assert "site file" in reasons["D07"]
    assert "D05" not in reasons


def test_only_and_skip(catalog: Catalog) -> None:
    assert {each.kind for each in made(catalog, only=("stun",)).tasks} == {"stun"}
    skipping = made(catalog, skip=("stun",))
    assert "stun" not in {each.kind for each in skipping.tasks}
    assert "stun was not asked for" in (found(skipping, "P3b/5004", "desk-phone").unmeasured or "")


def test_the_same_seed_gives_the_same_plan(catalog: Catalog) -> None:
    assert made(catalog, seed=7) == made(catalog, seed=7)
    assert [t.id for t in made(catalog, seed=7).tasks] != [t.id for t in made(catalog, seed=8).tasks]


def test_tasks_are_shared_between_personas(catalog: Catalog) -> None:
    planned = made(catalog)
    assert len({each.id for each in planned.tasks}) == len(planned.tasks)
    served = {task for each in planned.requirements for way in each.ways for task in way.tasks}
    assert served <= {each.id for each in planned.tasks}


def test_a_harmless_guest(catalog: Catalog) -> None:
    cost = made(catalog).cost
    assert cost.packets < 3000
    assert cost.bindings < 1500


def test_the_site_names_its_own_edge_time_servers_and_conditions(catalog: Catalog) -> None:
    site = Site(
        personas=["local-gateway-certificate", "local-gateway-registration", "room-device", "desk-phone"],
        edges=[
            SiteEdge(host="sbc.example.com", trunk="certificate"),
            SiteEdge(host="edge.example.com", trunk="registration"),
        ],
        hosts=[SiteHost(name="gateway.example.com", ports="5060-5080", use="sip", row="P7")],
        time_servers=["192.0.2.123"],
        include=["P7/6970"],
    )
    planned = made(catalog, site)
    assert hosts(planned, found(planned, "P1a/5062", "local-gateway-certificate")) == {"sbc.example.com"}
    assert hosts(planned, found(planned, "P1a/8934", "local-gateway-registration")) == {"edge.example.com"}
    assert "edge.example.com" not in hosts(planned, found(planned, "P1b", "desk-phone"))
    assert hosts(planned, found(planned, "P11/123", "room-device")) == {"192.0.2.123"}
    assert hosts(planned, found(planned, "P7/6970", "desk-phone")) == {"cloudupgrader.webex.com"}
    gateways = ["local-gateway-registration", "local-gateway-certificate"]
    assert planned.personas == [*gateways, "desk-phone", "room-device"]


def test_a_site_file_tells_all_its_faults_at_once(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(
        'schema = 1\npersonas = ["desk-fone"]\ninclude = ["P99"]\n[[hosts]]\nname = "a"\nports = "1"\nrow = "Q1"\n'
    )
    with pytest.raises(Invalid) as caught:
        read(file, catalog)
    assert [each.where for each in caught.value.errors] == ["personas[0]", "hosts[0].row", "include[0]"]
    file.write_text('schema = 1\nregion = "us"\nregions = ["mars"]\n')
    with pytest.raises(Invalid) as caught:
        read(file, catalog)
    assert len(caught.value.errors) == 2
