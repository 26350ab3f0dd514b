"""Meaning: what is only a warning, what depends on the day, and that sound data passes."""

import datetime
import ipaddress
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lint import lint, lint_history
from catalog.model import Catalog, Change, History, Subnet, SubnetList
from catalog.read import load_history, open_catalog
from catalog.syntax import Fault, check_domain, check_name, check_pattern, covers, read_prefix

HOST = """
[[hosts]]
name = "ds.ciscospark.com"
ports = "443"
use = "https"
purpose = "region"
personas = ["phone"]
level = "{level}"
mark = "doc"
source = "DOC"
date = 2024-07-18
"""


def test_sound_catalogues(minimal: Catalog, built_in: Catalog) -> None:
    assert lint(minimal) == []
    assert [problem for problem in lint(built_in) if problem.severity == "error"] == []


def test_review_is_due_the_day_after(minimal: Catalog) -> None:
    day = minimal.review_by
    assert lint(minimal, day) == []
    [problem] = lint(minimal, day + datetime.timedelta(days=1))
    assert (problem.where, problem.severity) == ("review_by", "warning")


def test_host_outside_the_domain_rows_is_a_warning(write: Callable[[str], str]) -> None:
    loaded = open_catalog(write(HOST.format(level="required")))
    assert [(each.where, each.what) for each in loaded.warnings] == [
        ("hosts[0].name", "'ds.ciscospark.com' falls under no domain row")
    ]
    assert open_catalog(write(HOST.format(level="informational"))).warnings == ()


def test_unverified_row_may_be_informational(minimal: Catalog) -> None:
    [domain] = minimal.domains
    for level, count in (("required", 1), ("recommended", 0), ("informational", 0)):
        unsure = msgspec.structs.replace(domain, mark="unverified", level=level)
        assert len(lint(msgspec.structs.replace(minimal, domains=[unsure]))) == count


def test_history(minimal: Catalog) -> None:
    day = datetime.date(2021, 3, 25)
    entry = Change(id="H1", summary="moved", mark="doc", source="DOC", date=day)
    early = msgspec.structs.replace(entry, effective=datetime.date(2021, 3, 24), source="DOK")
    history = History(schema=1, name="minimal", changes=[entry, early])
    assert [each.where for each in lint_history(history)] == ["changes[1].id", "changes[1].effective"]
    assert [each.where for each in lint_history(history, minimal)][-1] == "changes[1].source"


def test_built_in_history(built_in: Catalog) -> None:
    assert lint_history(load_history("webex-calling"), built_in) == []


NETWORKS = st.builds(
    lambda address, length: ipaddress.IPv4Network((address, length), strict=False),
    st.integers(0x0A000000, 0x0A0FFFFF),
    st.integers(12, 32),
)


@given(networks=st.lists(NETWORKS, max_size=8))
def test_overlaps_are_found_exactly(minimal: Catalog, networks: list[ipaddress.IPv4Network]) -> None:
    """As many are named as must go until none overlaps with an earlier, wider one."""
    day = datetime.date(2024, 7, 18)
    subnets = [Subnet(prefix=str(network), mark="doc", source="DOC", date=day) for network in networks]
    lists = [*minimal.subnet_lists, SubnetList(id="X", title="Test", current=True, subnets=subnets)]
    found = lint(msgspec.structs.replace(minimal, subnet_lists=lists))
    named = {int(each.where.split("[")[2].split("]")[0]) for each in found if "subnets[" in each.where}
    kept = [network for index, network in enumerate(networks) if index not in named]
    assert all(not one.overlaps(other) for index, one in enumerate(kept) for other in kept[:index])
    assert set(ipaddress.collapse_addresses(kept)) == set(ipaddress.collapse_addresses(networks))


@pytest.mark.parametrize(
    "text",
    ["", "10.0.0.0/33", "10.0.0.1/8", "010.0.0.0/8", "10.0.0.0/08", "10.0.0.0/255.0.0.0", "2607:FCF0::/34", "::1/0"],
)
def test_prefix_that_is_none(text: str) -> None:
    with pytest.raises(Fault):
        read_prefix(text)


@given(NETWORKS)
def test_prefix_is_read_back(network: ipaddress.IPv4Network) -> None:
    assert read_prefix(str(network)) == network


def test_bare_address_is_a_network_of_one() -> None:
    assert str(read_prefix("3.20.185.219")) == "3.20.185.219/32"


@pytest.mark.parametrize(
    ("check", "text", "sound"),
    [
        (check_name, "idbroker-b-us.webex.com", True),
        (check_name, "webex", False),
        (check_name, "-a.webex.com", False),
        (check_name, "a..webex.com", False),
        (check_name, "webex.com.", False),
        (check_name, "a" * 64 + ".com", False),
        (check_name, ".".join(["abcdefgh"] * 30), False),
        (check_domain, "*.webex.com", True),
        (check_domain, "*webex.com", False),
        (check_domain, "*.*.webex.com", False),
        (check_domain, "webex.com\n", False),
        (check_pattern, "*mcs*.webex.com", True),
        (check_pattern, "mcs_1.webex.com", False),
    ],
)
def test_names(check: Callable[[str], None], text: str, sound: bool) -> None:
    if sound:
        check(text)
    else:
        with pytest.raises(Fault):
            check(text)


def test_leading_star_covers_the_domain_itself_and_all_below() -> None:
    assert covers("*.webex.com", "webex.com")
    assert covers("*.webex.com", "a.b.webex.com")
    assert not covers("*.webex.com", "notwebex.com")
    assert not covers("webexapis.com", "a.webexapis.com")
