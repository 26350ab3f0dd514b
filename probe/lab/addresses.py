"""Which name has which address in the twin: a pure function of the catalogue, with addresses out of its own lists."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from catalog.model import Catalog, EdgeGroup, Host

Network = ipaddress.IPv4Network

CISCO = Network("170.72.200.0/24")
GOOGLE = Network("142.250.0.0/16")
APPLE = Network("17.0.0.0/8")
OTHERS = Network("151.101.0.0/16")
OWNERS = {
    GOOGLE: ("google.com", "googleapis.com", "gstatic.com"),
    APPLE: ("apple.com",),
    CISCO: (
        *("webex.com", "cisco.com", "wbx2.com", "ciscospark.com", "webexapis.com", "webexcontent.com"),
        *("broadcloudpbx.com", "broadcloudpbx.net", "broadcloud.com.au", "broadcloud.eu", "broadcloudgov.us"),
        "sipflash.com",
    ),
}
"""Domains by whose network their names are put into; all others are put into OTHERS."""
LISTED = {"P7": "B", "P8": "C"}
"""Rows whose hosts live in a subnet list of their own."""


def logical(catalog: Catalog) -> dict[str, str]:
    """IPv4 address of every name that the catalogue speaks of; a name always gets the same one."""
    return {**_hosts(catalog), **_answering_strangers(catalog), **_edge_groups(catalog)}


def srv_ports(catalog: Catalog) -> dict[str, int]:
    """Port that `_sips._tcp` gives below each edge name (RFC 2782)."""
    return {name: group.port for group in catalog.edge_groups if group.srv for name in group.names}


def subnets(catalog: Catalog, which: str) -> list[Network]:
    """IPv4 prefixes of a subnet list."""
    (found,) = (each for each in catalog.subnet_lists if each.id == which)
    prefixes = (ipaddress.ip_network(subnet.prefix) for subnet in found.subnets)
    return [prefix for prefix in prefixes if isinstance(prefix, Network)]


def prefixes(catalog: Catalog) -> list[Network]:
    """Everything that `logical` draws from."""
    lists = (subnets(catalog, each.id) for each in catalog.subnet_lists if each.current)
    return [*dict.fromkeys(itertools.chain(*lists, [Network("170.72.0.0/16"), *OWNERS, OTHERS]))]


def _pool(networks: Iterable[Network], first: int) -> Iterator[str]:
    """Addresses of each network in turn, from the `first` on, as far as each goes; then again from the start."""
    chosen = list(networks)
    hosts = [
        str(network[number])
        for number in range(first, first + 200)
        for network in chosen
        if number < network.num_addresses - 1
    ]
    return itertools.cycle(hosts or [str(network[0]) for network in chosen])


def _edge_groups(catalog: Catalog) -> dict[str, str]:
    """Every group answers at two addresses in different subnets of list A, as from two data centres."""
    calling = itertools.cycle(subnets(catalog, "A"))
    pairs = {region: (next(calling), next(calling)) for region in dict.fromkeys(g.region for g in catalog.edge_groups)}
    named: dict[str, str] = {}
    for number, group in enumerate(catalog.edge_groups, start=10):
        centres = [str(network[number]) for network in pairs[group.region]]
        named.setdefault(group.domain, centres[0])
        for index, name in enumerate(group.names):
            centre = _prefix_index(group, name) if len(group.prefixes) > 1 else index
            named[name] = centres[centre % 2]
    return named


def _prefix_index(group: EdgeGroup, name: str) -> int:
    return next(index for index, prefix in enumerate(group.prefixes) if name[: -len(group.domain) - 3] == prefix)


def _answering_strangers(catalog: Catalog) -> dict[str, str]:
    """STUN and time servers: each in another subnet of list A, away from the edges' numbers."""
    pool = itertools.cycle(str(network[90]) for network in subnets(catalog, "A")[::-1])
    return {edge.name: next(pool) for edge in catalog.edges}


def _owner(name: str) -> Network:
    for network, domains in OWNERS.items():
        if any(name == domain or name.endswith(f".{domain}") for domain in domains):
            return network
    return OTHERS


def _hosts(catalog: Catalog) -> dict[str, str]:
    seen = {host: s.prefix for each in catalog.subnet_lists if each.current for s in each.subnets for host in s.hosts}
    listed = {row: _pool(subnets(catalog, which), 20) for row, which in LISTED.items()}
    owned = {network: _pool([network], 20) for network in (*OWNERS, OTHERS)}

    def address(host: Host) -> str:
        network = ipaddress.ip_network(seen[host.name]) if host.name in seen else None
        if isinstance(network, Network):
            return str(network[min(5, network.num_addresses - 1)])
        return next(listed[host.row] if host.row in listed else owned[_owner(host.name)])

    named: dict[str, str] = {}
    for host in catalog.hosts:
        if host.name not in named:
            named[host.name] = address(host)
    others = [
        *(domain.domain.removeprefix("*.") for domain in catalog.domains),
        *(urlsplit(probe.url).hostname or "" for probe in catalog.portal_probes),
        *(each.domain.removeprefix("*.") for each in catalog.revocation),
    ]
    for name in others:
        if name not in named:
            named[name] = next(owned[_owner(name)])
    return named
