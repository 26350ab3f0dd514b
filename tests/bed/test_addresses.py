"""Which name has which address is decided by the catalogue alone."""

from __future__ import annotations

import ipaddress

import pytest

from catalog.model import Catalog
from catalog.read import load
from probe.lab.addresses import logical, prefixes, srv_ports, subnets

from .certificates import subject_names


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load("webex-calling")


def within(address: str, networks: list[ipaddress.IPv4Network]) -> ipaddress.IPv4Network | None:
    return next((network for network in networks if ipaddress.IPv4Address(address) in network), None)


def test_every_name_of_the_catalogue_has_an_address(catalog: Catalog) -> None:
    named = logical(catalog)
    wanted = {host.name for host in catalog.hosts} | {edge.name for edge in catalog.edges}
    wanted |= {name for group in catalog.edge_groups for name in [group.domain, *group.names]}
    wanted |= {domain.domain.removeprefix("*.") for domain in catalog.domains}
    assert wanted <= named.keys()


def test_every_address_belongs_to_the_cloud(catalog: Catalog) -> None:
    owned = prefixes(catalog)
    assert [name for name, address in logical(catalog).items() if within(address, owned) is None] == []


def test_edge_groups_answer_from_two_subnets_of_the_calling_list(catalog: Catalog) -> None:
    named, calling = logical(catalog), subnets(catalog, "A")
    for group in (group for group in catalog.edge_groups if len(group.names) > 1):
        found = {within(named[name], calling) for name in group.names}
        assert None not in found
        assert len(found) == 2, group.id


def test_stun_servers_answer_from_different_subnets(catalog: Catalog) -> None:
    named, calling = logical(catalog), subnets(catalog, "A")
    stun = [within(named[edge.name], calling) for edge in catalog.edges if edge.use == "stun"]
    assert None not in stun
    assert len(set(stun)) >= 2


def test_servers_of_different_kinds_share_no_address(catalog: Catalog) -> None:
    named = logical(catalog)
    edges = {named[name] for group in catalog.edge_groups for name in group.names}
    udp = {named[edge.name] for edge in catalog.edges}
    hosts = {named[host.name] for host in catalog.hosts}
    assert not edges & udp
    assert not (edges | udp) & hosts


@pytest.mark.parametrize(("row", "which"), [("P7", "B"), ("P8", "C")])
def test_hosts_of_configuration_rows_live_in_their_list(catalog: Catalog, row: str, which: str) -> None:
    named, networks = logical(catalog), subnets(catalog, which)
    hosts = [host.name for host in catalog.hosts if host.row == row]
    assert hosts
    assert [name for name in hosts if within(named[name], networks) is None] == []


def test_services_give_the_port_of_each_trunk(catalog: Catalog) -> None:
    ports = srv_ports(catalog)
    assert ports["da01.sipconnect-us.bcld.webex.com"] == 8934
    assert ports["eun01.sipconnect.bcld.webex.com"] == 5062


def test_no_wildcard_is_wider_than_a_domain() -> None:
    names = ["a.b.example.com", "c.example.com", "example.com", "other.org"]
    assert subject_names(names, ["example.com"]) == ["*.b.example.com", "*.example.com", "example.com", "other.org"]
