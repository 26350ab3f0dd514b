"""Rules: the permits hold what the rows say and nothing else, and every format says what the permits say."""

import csv
import datetime
import io
import ipaddress
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Catalog, Need, Persona, PortRow, Service, Subnet, SubnetList
from catalog.ranges import PortRange, merge_ranges
from catalog.rules import FORMATS, render
from catalog.rules.permits import ANYWHERE, LEVELS, Permit, permits, within

GOLDEN = Path(__file__).parent / "golden"
DAY = datetime.date(2024, 7, 18)
EVIDENCE = {"mark": "doc", "source": "DOC", "date": DAY}
Flow = tuple[str, str, str, str]
"""Protocol, source ports, destination, destination ports."""


@pytest.fixture(scope="session")
def small(minimal: Catalog) -> Catalog:
    """The minimal catalogue with IPv6, a second list, a condition and a vendor."""
    six = Subnet(prefix="2607:fcf0::/34", **EVIDENCE)
    host = Subnet(prefix="3.20.185.219", **EVIDENCE)
    lists = [
        msgspec.structs.replace(each, subnets=[*each.subnets, six]) if each.id == "A" else each
        for each in minimal.subnet_lists
    ]
    lists.append(SubnetList(id="B", title="Configuration", current=True, subnets=[host]))
    row = {"direction": "outbound", "client": "phone", "source_ports": "ephemeral", **EVIDENCE}
    ports = [
        *minimal.ports,
        PortRow(
            id="P3",
            purpose="media",
            protocols=["udp"],
            destination="A",
            services=[
                Service(use="stun", ports="5004"),
                Service(use="audio", ports="8500-8599"),
                Service(use="video", ports="8600-8699"),
            ],
            **{**row, "source_ports": "19560-19660, 8000"},
        ),
        PortRow(
            id="P7",
            purpose='configuration, "firmware"',
            protocols=["tcp"],
            destination="B",
            services=[
                Service(use="https", ports="443"),
                Service(use="tls", ports="6970", level="recommended", condition="phones are migrated"),
                Service(use="http", ports="80", level="informational"),
            ],
            **row,
        ),
        PortRow(
            id="P10",
            purpose="names",
            protocols=["udp", "tcp"],
            destination="host-defined",
            services=[Service(use="dns", ports="53")],
            **row,
        ),
        PortRow(id="P5", purpose="to the PSTN", protocols=["tcp"], destination="pstn-gateway", services=[], **row),
    ]
    return msgspec.structs.replace(minimal, subnet_lists=lists, ports=ports)


@pytest.mark.parametrize("name", FORMATS)
def test_golden(small: Catalog, name: str) -> None:
    written = render(small, name, digest="0" * 64)
    file = GOLDEN / f"rules.{name}.txt"
    if os.environ.get("CALLREADY_RENEW_GOLDENS"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(written.encode())
    assert written == file.read_bytes().decode()


def required_packets(catalog: Catalog) -> Iterator[tuple[str, str, int]]:
    """First and last port and one between of every outbound required service, at both ends of every subnet."""
    lists = {each.id: each for each in catalog.subnet_lists}
    for row in catalog.ports:
        if row.direction != "outbound" or (row.destination not in lists and row.destination not in ANYWHERE):
            continue
        prefixes = (
            [each.prefix for each in lists[row.destination].subnets] if row.destination in lists else ["192.0.2.0/24"]
        )
        for service in (each for each in row.services if each.level == "required"):
            for each in service.ranges:
                for port in {each.first, (each.first + each.last) // 2, each.last}:
                    for prefix in prefixes:
                        network = ipaddress.ip_network(prefix)
                        for protocol in row.protocols:
                            yield protocol, str(network[0]), port
                            yield protocol, str(network[-1]), port


def allowed(found: list[Permit], protocol: str, address: str, port: int) -> bool:
    target = ipaddress.ip_address(address)
    return any(
        permit.protocol == protocol
        and any(port in each for each in permit.ports)
        and (permit.subnet_list is None or any(target in network for network in permit.destinations))
        for permit in found
    )


@pytest.mark.parametrize("level", LEVELS)
def test_every_required_row_is_covered(built_in: Catalog, level: str) -> None:
    found = permits(built_in, None, level)
    packets = set(required_packets(built_in))
    assert len(packets) > 500
    assert [packet for packet in packets if not allowed(found, *packet)] == []


def row_flows(catalog: Catalog, row: PortRow) -> tuple[set[str], tuple[PortRange, ...]]:
    lists = {each.id: {str(ipaddress.ip_network(one.prefix)) for one in each.subnets} for each in catalog.subnet_lists}
    return lists.get(row.destination, set()), merge_ranges(one for each in row.services for one in each.ranges)


def inside(inner: tuple[PortRange, ...], outer: tuple[PortRange, ...]) -> bool:
    return merge_ranges([*inner, *outer]) == merge_ranges(outer)


def test_nothing_outside_the_rows_is_permitted(built_in: Catalog) -> None:
    rows = {row.id: row for row in built_in.ports}
    for permit in permits(built_in):
        if permit.row not in rows:
            assert permit.row in ("domains", "hosts", "revocation", "portal_probes")
            continue
        row = rows[permit.row]
        prefixes, ports = row_flows(built_in, row)
        assert row.direction == "outbound"
        assert permit.protocol in row.protocols
        assert {str(each) for each in permit.destinations} == prefixes
        assert bool(prefixes) == (permit.subnet_list is not None)
        assert inside(permit.ports, ports)


def test_what_is_reached_by_name_is_https_and_the_pages_of_other_tables(built_in: Catalog) -> None:
    rows = {row.id for row in built_in.ports}
    named = {(each.row, each.protocol, str(each.ports[0])) for each in permits(built_in) if each.row not in rows}
    assert named == {("domains", "tcp", "443"), ("revocation", "tcp", "80"), ("portal_probes", "tcp", "80")}
    assert not any(
        each.protocol == "udp" and not each.subnet_list and 443 in each.ports[0] for each in permits(built_in)
    )


def test_retired_addresses_are_never_permitted(built_in: Catalog) -> None:
    retired = {
        str(ipaddress.ip_network(one.prefix))
        for each in built_in.subnet_lists
        if not each.current
        for one in each.subnets
    }
    assert retired
    assert retired.isdisjoint(str(network) for each in permits(built_in) for network in each.destinations)


def test_personas_get_their_needs_and_no_more(built_in: Catalog) -> None:
    for persona in built_in.personas:
        rows = {each.row for each in permits(built_in, [persona.id]) if each.row[:1] in "PM"}
        outbound = {
            row.id for row in built_in.ports if row.direction == "outbound" and row.destination != "pstn-gateway"
        }
        assert rows == {need.row for need in persona.needs} & outbound
    [trunk] = [each for each in permits(built_in, ["local-gateway-registration"]) if each.row == "P1a"]
    assert trunk.ports == (PortRange(8934, 8934),)


def with_need(catalog: Catalog, need: Need) -> Catalog:
    persona = Persona(id="app", title="App", products=[], needs=[need], **EVIDENCE)
    return msgspec.structs.replace(catalog, personas=[persona])


def of_row(found: list[Permit], row: str) -> list[tuple[str, str]]:
    return [
        (", ".join(map(str, each.source_ports)), ", ".join(map(str, each.ports))) for each in found if each.row == row
    ]


def test_persona_that_sends_from_elsewhere(small: Catalog) -> None:
    catalog = with_need(small, Need(row="P1", ports="8934", source_ports="40000-40010"))
    assert of_row(permits(catalog, ["app"]), "P1") == [("40000-40010", "8934")]
    assert of_row(permits(catalog), "P1") == [("5060-5080", "5062, 8934"), ("40000-40010", "8934")]


def test_permit_within_another_of_its_row_is_left_out(small: Catalog) -> None:
    catalog = with_need(small, Need(row="P1", source_ports="5065"))
    assert of_row(permits(catalog), "P1") == [("5060-5080", "5062, 8934")]
    catalog = with_need(small, Need(row="P1", source_ports="ephemeral"))
    assert of_row(permits(catalog), "P1") == [("", "5062, 8934")]


@pytest.mark.parametrize(
    ("level", "ports"),
    [("required", ["443"]), ("recommended", ["443", "6970"]), ("informational", ["80, 443", "6970"])],
)
def test_level_leaves_out_what_matters_less(small: Catalog, level: str, ports: list[str]) -> None:
    assert [each for _, each in of_row(permits(small, None, level), "P7")] == ports


def test_need_may_weaken_a_service_but_not_strengthen_it(small: Catalog) -> None:
    weak = with_need(small, Need(row="P7", level="recommended"))
    assert of_row(permits(weak, ["app"], "required"), "P7") == []
    strong = with_need(small, Need(row="P7"))
    assert of_row(permits(strong, ["app"], "required"), "P7") == [("", "443")]


def test_within_orders_the_levels() -> None:
    assert [within(wanted, "recommended") for wanted in LEVELS] == [True, True, False]


def from_csv(text: str) -> list[Flow]:
    return [
        (row["protocol"], row["source_ports"], row["destination"], row["ports"])
        for row in csv.DictReader(io.StringIO(text))
        if row["action"] == "permit"
    ]


IOS = re.compile(
    r" permit (tcp|udp) any(?: (eq|range) (\d+(?: \d+)?))? (any|host \S+|\S+ [\d.]+|\S+/\d+) (eq|range) (\d+(?: \d+)?)"
)


def from_ios(text: str) -> list[Flow]:
    flows = []
    for line in text.splitlines():
        if line.startswith(" permit"):
            match = IOS.fullmatch(line)
            assert match, line
            protocol, _, source, destination, _, ports = match.groups()
            flows.append((protocol, (source or "any").replace(" ", "-"), address(destination), ports.replace(" ", "-")))
    return flows


def address(text: str) -> str:
    if text == "any":
        return text
    words = text.removeprefix("host ").split()
    return str(ipaddress.ip_network("/".join(words)))


SERVICE = re.compile(
    r" service-object (tcp|udp)(?: source (?:eq|range) (\d+(?: \d+)?))? destination (?:eq|range) (\d+(?: \d+)?)"
)
ACCESS = re.compile(r"access-list WEBEX-CALLING extended permit object-group (\S+) any (?:object-group (\S+)|any)")


def from_asa(text: str) -> list[Flow]:
    groups: dict[str, list[str]] = {}
    flows = []
    for line in text.splitlines():
        if line.startswith("object-group"):
            name = line.split()[2]
            assert name not in groups
            current = groups.setdefault(name, [])
        elif line.startswith(" "):
            current.append(line)
        elif match := ACCESS.fullmatch(line):
            networks = groups[match[2]] if match[2] else [" network-object any"]
            for service in groups[match[1]]:
                found = SERVICE.fullmatch(service)
                assert found, service
                source, ports = (found[2] or "any").replace(" ", "-"), found[3].replace(" ", "-")
                flows += [
                    (found[1], source, address(each.removeprefix(" network-object ")), ports) for each in networks
                ]
        else:
            assert line.startswith(("!", "access-list WEBEX-CALLING remark ")), line
    return flows


def of_permits(found: list[Permit]) -> set[Flow]:
    """Flows with one range of source ports and one of destination ports each."""
    return {
        (each.protocol, str(source), str(destination), str(ports))
        for each in found
        for source in each.source_ports or ("any",)
        for destination in each.destinations or ("any",)
        for ports in each.ports
    }


def test_formats_say_what_the_permits_say(small: Catalog, built_in: Catalog) -> None:
    for catalog in (small, built_in):
        wanted = of_permits(permits(catalog))
        written = from_csv(render(catalog, "csv"))
        assert {(a, one, c, d) for a, b, c, d in written for one in b.split(", ")} == wanted
        assert set(from_asa(render(catalog, "cisco-asa"))) == wanted
        assert set(from_ios(render(catalog, "cisco-ios"))) == wanted


def nft(file: Path) -> subprocess.CompletedProcess[str]:
    """Lets nft check `file` in a network namespace of its own, as root or in a user namespace."""
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
    command = [*unshare, shutil.which("nft") or "nft", "-c", "-f", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(scope="session")
def needs_nft() -> None:
    if not shutil.which("nft"):
        if os.environ.get("CALLREADY_REQUIRE_PEERS") == "1":
            pytest.fail("nft is not installed, and CALLREADY_REQUIRE_PEERS=1 wants it")
        pytest.skip("nft is not installed")


@pytest.mark.usefixtures("needs_nft")
def test_nft_accepts_every_selection(small: Catalog, built_in: Catalog, tmp_path: Path) -> None:
    selections = [(small, None, "informational"), *((built_in, None, level) for level in LEVELS)]
    selections += [(built_in, [persona.id], "recommended") for persona in built_in.personas]
    for catalog, personas, level in selections:
        file = tmp_path / "rules.nft"
        file.write_text(render(catalog, "nftables", personas, level, digest="0" * 64))
        checked = nft(file)
        assert checked.returncode == 0, checked.stderr
        assert checked.stderr == ""


@pytest.mark.usefixtures("needs_nft")
def test_nft_refuses_what_is_wrong(small: Catalog, tmp_path: Path) -> None:
    """The control: the check above can fail."""
    file = tmp_path / "rules.nft"
    file.write_text(render(small, "nftables").replace("flags interval", "flags intervals"))
    assert nft(file).returncode != 0


HOSTILE = st.text(st.sampled_from('ab "\\\n\r\t\x00\x85\u2028{};#!,=é방'), max_size=200)


def with_text(catalog: Catalog, text: str) -> Catalog:
    [domain] = catalog.domains
    ports = [msgspec.structs.replace(row, purpose=text, client=text) for row in catalog.ports]
    guidance = [msgspec.structs.replace(rule, rule=text) for rule in catalog.guidance]
    named = msgspec.structs.replace(domain, used_by=text, domain=text)
    return msgspec.structs.replace(catalog, title=text, name=text, ports=ports, guidance=guidance, domains=[named])


@given(text=HOSTILE)
def test_text_of_a_row_stays_in_its_comment(small: Catalog, text: str) -> None:
    hostile = with_text(small, text)
    for name in FORMATS:
        plain, written = commands(name, render(small, name)), commands(name, render(hostile, name))
        assert written == plain


def commands(name: str, text: str) -> list[str]:
    """What the product obeys, as it splits its lines."""
    if name == "csv":
        return [",".join(row[:-1]) for row in csv.reader(io.StringIO(text, newline="")) if row[0] != "note"]
    lines = re.split(r"[\n\r\x0b\x0c]", text)
    kept = [
        line for line in lines if not line.lstrip().startswith(("#", "!")) and " remark " not in f" {line.lstrip()}"
    ]
    return [re.sub(r'comment "[^"\\]*"$', "comment", line) for line in kept]


def test_remarks_are_no_longer_than_the_products_read(built_in: Catalog) -> None:
    for name in ("cisco-asa", "cisco-ios"):
        text = render(built_in, name)
        assert text.isascii()
        remarks = [line.partition("remark ")[2] for line in text.splitlines() if "remark " in line]
        assert remarks
        assert max(map(len, remarks)) <= 100
    comments = re.findall(r'comment "([^"]*)"', render(built_in, "nftables"))
    assert max(len(comment.encode()) for comment in comments) <= 127


def test_csv_is_rfc_4180(small: Catalog) -> None:
    text = render(small, "csv")
    assert text.count("\r\n") == text.count("\n")
    assert '"8000, 19560-19660"' in text
    assert '"configuration, ""firmware"" (phone)"' in text
    assert {len(row) for row in csv.reader(io.StringIO(text, newline=""))} == {9}


def test_warnings_and_inbound_rows_are_comments(built_in: Catalog) -> None:
    for name in FORMATS:
        text = render(built_in, name)
        for word in (
            "FW-2: Filtering Calling by address alone",
            "NAT-5: Set the connection timeout",
            "P2 Call signalling",
            "P5 Call",
        ):
            assert word in text


def test_same_arguments_same_bytes(built_in: Catalog) -> None:
    order = ["webex-app", "desk-phone"]
    for name in FORMATS:
        assert render(built_in, name, order) == render(built_in, name, order[::-1])


@pytest.mark.parametrize(
    ("format", "personas", "level", "message"),
    [
        ("nftable", None, "required", "'nftable' is no format; did you mean 'nftables'?"),
        ("csv", ["fone"], "required", "'fone' is no persona; did you mean 'phone'?"),
        ("csv", None, "all", "'all' is no level; use one of: required, recommended, informational"),
    ],
)
def test_wrong_arguments(minimal: Catalog, format: str, personas: list[str] | None, level: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        render(minimal, format, personas, level)
