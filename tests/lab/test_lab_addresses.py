"""Every name of the catalogue has an address out of the list that it belongs to."""

from __future__ import annotations

import ipaddress

import pytest

from catalog.model import Catalog
from probe.lab import addresses, places
from probe.model.address import Endpoint
from probe.planning.known import hosts, signalling
from probe.site import Site, SiteEdge, SiteHost


def _inside(catalog: Catalog, address: str, which: str) -> bool:
    return any(ipaddress.IPv4Address(address) in each for each in addresses.subnets(catalog, which))


def test_every_name_that_can_be_asked_has_an_address(catalog: Catalog) -> None:
    named = addresses.logical(catalog)
    wanted = {
        *(each.name for each in hosts(catalog, Site())),
        *(each.name for each in signalling(catalog, Site())),
        *(each.name for each in catalog.edges),
    }
    assert wanted
    assert wanted <= named.keys()


def test_edges_stun_and_time_servers_live_in_list_a(catalog: Catalog) -> None:
    named = addresses.logical(catalog)
    for group in catalog.edge_groups:
        for name in (group.domain, *group.names):
            assert _inside(catalog, named[name], "A"), name
    for edge in catalog.edges:
        assert _inside(catalog, named[edge.name], "A"), edge.name
    assert len({named[edge.name] for edge in catalog.edges}) == len(catalog.edges)


def test_each_region_answers_from_two_subnets(catalog: Catalog) -> None:
    named = addresses.logical(catalog)
    for group in catalog.edge_groups:
        if len(group.prefixes) == 2:
            networks = {
                each
                for each in addresses.subnets(catalog, "A")
                for name in group.names
                if ipaddress.IPv4Address(named[name]) in each
            }
            assert len(networks) == 2, group.id


@pytest.mark.parametrize(("row", "which"), [("P7", "B"), ("P8", "C")])
def test_configuration_hosts_live_in_their_own_list(catalog: Catalog, row: str, which: str) -> None:
    named = addresses.logical(catalog)
    members = [each.name for each in catalog.hosts if each.row == row]
    assert members
    assert all(_inside(catalog, named[name], which) for name in members)


def test_third_parties_are_in_no_list(catalog: Catalog) -> None:
    address = ipaddress.IPv4Address(addresses.logical(catalog)["walkme.com"])
    lists = [each.id for each in catalog.subnet_lists if each.current]
    assert address.is_global
    assert not any(_inside(catalog, str(address), which) for which in lists)


def test_prefixes_cover_every_address(catalog: Catalog) -> None:
    owned = addresses.prefixes(catalog)
    for name, address in addresses.logical(catalog).items():
        assert any(ipaddress.IPv4Address(address) in each for each in owned), name


def test_a_site_adds_its_own_names_and_addresses(catalog: Catalog) -> None:
    site = Site(
        edges=[SiteEdge(host="lg.example.com", trunk="registration")],
        hosts=[SiteHost(name="203.0.113.9", ports="8443")],
        time_servers=["ntp.example.com"],
    )
    made = places.Places(catalog, site)
    assert made.names["203.0.113.9"] == "203.0.113.9"
    assert made.service("tcp", Endpoint("203.0.113.9", 8443)) == "web"
    assert made.service("tcp", Endpoint(made.names["lg.example.com"], 8934)) == "sip"
    assert made.service("udp", Endpoint(made.names["ntp.example.com"], 123)) == "ntp"
    assert made.service("udp", Endpoint(made.names["ntp.example.com"], 124)) is None


def test_media_ports_are_those_of_the_port_rows(catalog: Catalog) -> None:
    ports = places.media_ports(catalog)
    assert all(any(port in each for each in ports) for port in (5004, 8500, 8699, 9000, 19560, 50000, 53000, 65535))
    assert not any(port in each for each in ports for port in (53, 123, 443, 5062, 5005))


def test_the_twin_keeps_off_ports_that_phones_must_send_from(catalog: Catalog) -> None:
    fixed = places.fixed_source_ports(catalog)
    assert {51494, 5060, 5080, 19560, 19660, 8500} <= fixed
    assert len(fixed) < 1000
