"""The history of the built-in catalogue against the entries and restored dates of the facts."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network

from catalog.read import load, load_history


def words(text: str) -> list[str]:
    return text.split()


CATALOG = load("webex-calling")

PREFIXES = {each.id: [subnet.prefix for subnet in each.subnets] for each in CATALOG.subnet_lists}
HISTORY = load_history("webex-calling", CATALOG)


def inside(prefix: str, prefixes: list[str]) -> bool:
    network = IPv4Network(prefix)
    return any(network.subnet_of(each) for each in map(ip_network, prefixes) if isinstance(each, IPv4Network))


def test_history_has_all_entries_newest_first() -> None:
    assert sorted(change.id for change in HISTORY.changes if change.id[0] == "H") == [f"H{n:02}" for n in range(1, 47)]
    assert sorted(change.id for change in HISTORY.changes if change.id[0] == "N") == [f"N{n:02}" for n in range(1, 24)]
    dates = [change.date for change in HISTORY.changes]
    assert dates == sorted(dates, reverse=True)
    assert [change.id for change in HISTORY.changes if change.id[0] == "H"] == [f"H{n:02}" for n in range(1, 47)]


def test_restored_dates() -> None:
    changes = {change.id: change for change in HISTORY.changes}
    unknown = {key for key, change in changes.items() if not change.day_known and key[0] == "H"}
    assert unknown == {"H01", "H02", "H03", "H11", "H19", "H20", "H21", "H23", "H24", "H25", "H26", "H28"}
    moved = {
        key
        for key, each in changes.items()
        if key[0] == "H" and each.printed and each.printed[:4] != str(each.date.year)
    }
    assert moved == {*(f"H{n:02}" for n in range(1, 10)), "H11", "H13", "H17"}
    assert len(moved) == 12
    assert str(changes["H06"].date) == "2024-04-03"
    assert str(changes["H10"].date) == "2023-08-14"
    assert str(changes["H31"].effective) == "2021-05-08"
    assert str(changes["N01"].date) == "2026-03-16"
    assert changes["N08"].added == ["62.109.192.0/18"]
    assert changes["N08"].mark == "unverified"


def test_what_was_widened_had_been_added_before() -> None:
    changes = {change.id: change for change in HISTORY.changes}
    for earlier, later, prefix in (("H10", "H09", "144.196.33.0/25"), ("H28", "H08", "150.253.209.128/25")):
        assert prefix in changes[earlier].added
        assert prefix in changes[later].removed
        assert changes[earlier].date < changes[later].date
    assert len(changes["H14"].removed) == 14
    assert len(changes["H39"].added) == 10
    assert [len(changes[key].added) for key in ("H27", "H28")] == [2, 2]


def test_calling_addresses_of_the_history_lie_in_list_a() -> None:
    calling = words("H06 H08 H09 H10 H12 H15 H21 H27 H28 H29 H37 H39 H40 H41 H42 H43 H44")
    prefixes = [text for change in HISTORY.changes if change.id in calling for text in change.added if "/" in text]
    assert len(prefixes) == 1 + 1 + 1 + 2 + 1 + 1 + 1 + 2 + 2 + 4 + 2 + 10 + 1 + 4 + 10 + 1 + 1
    assert [prefix for prefix in prefixes if not inside(prefix, PREFIXES["A"])] == []


def test_retired_addresses_were_removed_by_an_entry() -> None:
    removed = {text for change in HISTORY.changes for text in change.removed}
    assert [prefix for prefix in PREFIXES["RETIRED"] if prefix not in removed] == ["163.129.128.0/17"]
