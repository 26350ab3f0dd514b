"""Subnet lists of the built-in catalogue against prefixes and counts written down by hand from the facts."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Network, ip_network

from catalog.read import load


def words(text: str) -> list[str]:
    return text.split()


LIST_A = words(
    """
    23.89.0.0/16 85.119.56.0/23 128.177.14.0/24 128.177.36.0/24 135.84.168.0/21 139.177.64.0/21 139.177.72.0/23
    144.196.0.0/16 150.253.128.0/17 163.129.0.0/17 170.72.0.0/16 170.133.128.0/18 185.115.196.0/22
    199.19.196.0/23 199.19.199.0/24 199.59.64.0/21
    """
)

ADDED_TO_A = "62.109.192.0/18"

LIST_B = words(
    """
    3.20.185.219/32 3.130.87.169/32 3.134.166.179/32 52.26.82.54/32 72.163.10.96/27 72.163.10.128/25
    72.163.15.64/26 72.163.15.128/26 72.163.24.0/23 173.36.127.0/26 173.36.127.128/26 173.37.26.0/23
    173.37.146.128/25 173.37.149.96/27 192.133.220.0/26 192.133.220.64/26
    """
)

LIST_C = ["62.109.192.0/18", "64.68.96.0/19", "150.253.128.0/17", "207.182.160.0/19"]

WIDER = {
    "W": """23.89.0.0/16 44.234.52.192/26 62.109.192.0/18 64.68.96.0/19 66.163.32.0/19 69.26.160.0/19 114.29.192.0/19
        144.196.0.0/16 150.253.128.0/17 163.129.0.0/17 170.72.0.0/16 170.133.128.0/18 173.39.224.0/19 173.243.0.0/20
        207.182.160.0/19 209.197.192.0/19 210.4.192.0/20 216.151.128.0/19""",
    "WAZ": """4.144.190.0/24 4.152.180.0/24 4.152.214.0/24 4.158.208.0/24 4.175.120.0/24 20.50.235.0/24 20.53.87.0/24
        20.57.87.0/24 20.68.154.0/24 20.76.127.0/24 20.108.99.0/24 20.120.238.0/23 40.119.234.0/24 52.232.210.0/24""",
    "W6": "2402:2500::/34 2607:fcf0::/34 2a00:a640::/34",
    "GOV": """150.253.150.0/23 144.196.224.0/21 23.89.18.0/23 163.129.16.0/21 170.72.254.0/24 170.133.156.0/22
        207.182.160.0/21 207.182.168.0/23 207.182.176.0/22 207.182.190.0/23 216.151.130.0/24 216.151.134.0/24
        216.151.135.0/25 216.151.135.240/28 216.151.138.0/24 216.151.139.0/25 216.151.139.240/28
        2607:fcf0:1100:1000::/52 2607:fcf0:2100:1000::/52 2607:fcf0:500:a000::/52 2607:fcf0:1500:a000::/52
        2607:fcf0:2500:a000::/52 2607:fcf0:a00:3000::/52 2607:fcf0:1a00:3000::/52 2607:fcf0:2a00:3000::/52
        2607:fcf0:20a7::/48""",
    "RETIRED": """3.20.118.133/32 3.20.228.133/32 3.23.144.213/32 3.130.125.44/32 3.132.162.62/32 3.140.117.199/32
        18.232.241.58/32 35.168.211.203/32 50.16.236.139/32 52.45.157.48/32 54.145.130.71/32 54.156.13.25/32
        54.68.1.225/32 35.172.26.181/32 52.86.172.220/32 52.203.31.41/32 66.114.160.0/20 18.230.160.0/25
        155.190.254.0/23 163.129.128.0/17""",
}
SHARED_WITH_W = words("23.89.0.0/16 144.196.0.0/16 150.253.128.0/17 163.129.0.0/17 170.72.0.0/16 170.133.128.0/18")

CATALOG = load("webex-calling")

PREFIXES = {each.id: [subnet.prefix for subnet in each.subnets] for each in CATALOG.subnet_lists}


def addresses(prefixes: list[str]) -> int:
    return sum(ip_network(prefix).num_addresses for prefix in prefixes)


def inside(prefix: str, prefixes: list[str]) -> bool:
    network = IPv4Network(prefix)
    return any(network.subnet_of(each) for each in map(ip_network, prefixes) if isinstance(each, IPv4Network))


def test_list_a_is_sixteen_subnets_and_one_addition() -> None:
    assert len(LIST_A) == 16
    assert sorted(PREFIXES["A"]) == sorted([*LIST_A, ADDED_TO_A])
    assert addresses(LIST_A) == 288_000
    marks = {subnet.prefix: (subnet.mark, subnet.source) for subnet in CATALOG.subnet_lists[0].subnets}
    assert marks[ADDED_TO_A] == ("other", "3PC")
    assert marks["163.129.0.0/17"] == ("corrected", "DOC")
    assert Counter(mark for mark, _ in marks.values()) == {"doc": 15, "corrected": 1, "other": 1}


def test_lists_b_and_c() -> None:
    assert len(LIST_B) == 16
    assert sorted(PREFIXES["B"]) == sorted(LIST_B)
    assert addresses(PREFIXES["B"]) == 1_732
    assert PREFIXES["C"] == LIST_C
    for prefix in LIST_B:
        assert not any(IPv4Network(prefix).overlaps(IPv4Network(other)) for other in [*LIST_A, ADDED_TO_A, *LIST_C])


def test_addresses_of_named_hosts_in_list_b() -> None:
    hosts = {subnet.prefix: subnet.hosts for each in CATALOG.subnet_lists if each.id == "B" for subnet in each.subnets}
    named = Counter(host for names in hosts.values() for host in names)
    assert named == {"activate.cisco.com": 8, "webapps.cisco.com": 2, "cloudupgrader.webex.com": 2}


def test_lists_of_the_wider_profile() -> None:
    assert {key: len(prefixes) for key, prefixes in PREFIXES.items()} == {
        "A": 17, "B": 16, "C": 4, "W": 18, "WAZ": 14, "W6": 3, "GOV": 17 + 9, "RETIRED": 16 + 3 + 1,
    }  # fmt: skip
    assert [each.id for each in CATALOG.subnet_lists if not each.current] == ["RETIRED"]
    for key, prefixes in WIDER.items():
        assert PREFIXES[key] == words(prefixes)
    assert sorted(set(LIST_A) & set(PREFIXES["W"])) == sorted(SHARED_WITH_W)
    assert all(inside(prefix, PREFIXES["W"]) for prefix in PREFIXES["GOV"] if ":" not in prefix)


def test_no_subnets_of_a_list_overlap() -> None:
    for prefixes in PREFIXES.values():
        networks = [ip_network(prefix) for prefix in prefixes]
        for index, one in enumerate(networks):
            assert [
                other for other in networks[index + 1 :] if one.version == other.version and one.overlaps(other)
            ] == []


def test_retired_addresses_are_in_no_current_list() -> None:
    current = [prefix for key, prefixes in PREFIXES.items() if key != "RETIRED" for prefix in prefixes]
    assert [prefix for prefix in PREFIXES["RETIRED"] if inside(prefix, current)] == []
