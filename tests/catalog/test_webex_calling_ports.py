"""Port rows, and who needs them, of the built-in catalogue against the table written down by hand from the facts."""

from __future__ import annotations

from collections import Counter

import pytest

from catalog.model import PortRow
from catalog.ranges import merge_ranges, parse_ranges, write_ranges
from catalog.read import load


def words(text: str) -> list[str]:
    return text.split()


MEDIA = "5004, 8500-8699, 9000, 19560-65535"

ROWS = {  # source ports, protocols, destination, destination ports
    "P1a": ("8000-65535", "tcp", "A", "5062, 8934"),
    "P1b": ("5060-5080", "tcp", "A", "8934"),
    "P1c": ("ephemeral", "tcp", "A", "8934"),
    "P2": ("8934", "tcp", "customer-gateway", ""),
    "P3a": ("8000-48199", "udp", "A", MEDIA),
    "P3b": ("19560-19660", "udp", "A", MEDIA),
    "P3c": ("8500-8599, 8600-8699", "udp", "A", MEDIA),
    "P4": ("19560-65535", "udp", "customer-gateway", ""),
    "P5": ("8000-65535", "tcp", "pstn-gateway", "5060-5061"),
    "P6": ("8000-48199", "udp", "pstn-gateway", "16384-32766"),
    "P7": ("ephemeral", "tcp", "B", "80, 443, 6970"),
    "P8": ("ephemeral", "tcp", "C", "443, 8443"),
    "P9": ("51494", "udp", "A", "123"),
    "P10": ("ephemeral", "udp tcp", "host-defined", "53"),
    "P11": ("123", "udp", "host-defined", "123"),
    "P12a": ("ephemeral", "tcp", "A", "443, 8934"),
    "P12b": ("ephemeral", "udp", "A", "19560-19660"),
    "P13": ("ephemeral", "tcp", "vendor", "443, 2197, 5223, 5228-5230"),
    "M1": ("ephemeral", "tcp", "urls", "443"),
    "M2": ("ephemeral", "udp", "W", "5004, 9000"),
    "M3": ("ephemeral", "tcp", "W", "5004"),
    "M4": ("ephemeral", "tcp", "W", "443"),
    "M5": ("ephemeral", "udp", "W", "50000-53000"),
    "M6": ("ephemeral", "udp", "host-defined", "123"),
    "M7": ("ephemeral", "udp tcp", "host-defined", "53"),
    "M8": ("ephemeral", "tcp", "W", "5060-5070"),
    "M9": ("ephemeral", "tcp", "customer-gateway", "5060-5070"),
    "M10": ("36000-59999", "udp", "W", "49152-59999"),
    "M11": ("49152-59999", "udp", "customer-gateway", "36000-59999"),
    "M12": ("ephemeral", "tcp", "customer-gateway", "5061-5062"),
    "M13": ("ephemeral", "tcp", "W", "5061, 5065"),
    "M14": ("ephemeral", "tcp udp", "W", "8000-59999"),
    "M15": ("ephemeral", "tcp udp", "customer-gateway", "8000-59999"),
}

CORRECTED_PORT_ROWS = ["P1a", "P3a", "P3c", "P4", "P6", "P7", "P8", "P12a", "P13"]

INBOUND = {"P2": "A", "P4": "A", "M9": "W", "M11": "W", "M12": "W", "M15": "W"}

NEEDS = {
    "local-gateway-registration": "P1a P3a P10 P5? P6?",
    "local-gateway-certificate": "P1a P3a P10 P2? P4? P5? P6?",
    "desk-phone": "P1b P3b P7 P9 P10",
    "room-device": "P1b P3b P10 P11+",
    "webex-app": "P1c P3c P8 P10 P11+",
    "webex-app-mobile": "P1c P3c P8 P10 P11+ P13+",
    "webex-web-app": "P3c P8 P10",
    "video-mesh-node": "M1 M2 P10 P11+ M5?",
}

LEVEL_SIGNS = {"required": "", "recommended": "+", "informational": "?"}

CATALOG = load("webex-calling")

PORTS = {row.id: row for row in CATALOG.ports}


def destination_ports(row: PortRow) -> str:
    return write_ranges(merge_ranges(each for service in row.services for each in service.ranges))


def test_eighteen_rows_of_calling_and_fifteen_of_webex_services() -> None:
    assert list(PORTS) == list(ROWS)
    assert Counter(key[0] for key in PORTS) == {"P": 18, "M": 15}


@pytest.mark.parametrize("key", ROWS)
def test_port_row(key: str) -> None:
    row = PORTS[key]
    assert (row.source_ports, " ".join(row.protocols), row.destination, destination_ports(row)) == ROWS[key]
    assert (row.direction, row.origin) == (("inbound", INBOUND[key]) if key in INBOUND else ("outbound", None))


def test_which_port_rows_were_damaged() -> None:
    assert [key for key, row in PORTS.items() if row.mark == "corrected"] == CORRECTED_PORT_ROWS


def test_uses_of_the_media_ports() -> None:
    wanted = {"stun": "5004, 9000", "audio": "8500-8599", "video": "8600-8699", "srtp": "19560-65535"}
    for key in ("P3a", "P3b", "P3c"):
        assert {service.use: service.ports for service in PORTS[key].services} == wanted
    assert sum(map(len, parse_ranges("19560-65535"))) == 45_976


def test_ports_that_not_every_site_needs() -> None:
    levels = {(row.id, service.ports): service.level for row in CATALOG.ports for service in row.services}
    assert levels["P7", "443"] == "required"
    assert levels["P7", "6970"] == "recommended"
    assert levels["P7", "80"] == "informational"
    assert levels["P8", "8443"] == "recommended"
    assert levels["P11", "123"] == "recommended"
    assert levels["P13", "2197"] == "informational"
    conditional = {row.id for row in CATALOG.ports for service in row.services if service.condition}
    assert conditional == {"P5", "P6", "P7", "P8", "P11", "M6", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M15"}


def test_needs_of_every_persona() -> None:
    found = {
        persona.id: sorted(f"{need.row}{LEVEL_SIGNS[need.level]}" for need in persona.needs)
        for persona in CATALOG.personas
    }
    assert found == {key: sorted(needs.split()) for key, needs in NEEDS.items()}


def test_personas_that_differ_from_their_rows() -> None:
    narrowed = {(each.id, need.row): need.ports for each in CATALOG.personas for need in each.needs if need.ports}
    assert narrowed == {
        ("local-gateway-registration", "P1a"): "8934",
        ("local-gateway-certificate", "P1a"): "5062",
    }
    moved = [
        (each.id, need.row, need.source_ports) for each in CATALOG.personas for need in each.needs if need.source_ports
    ]
    # SRTP on 19660 has its SRTCP on 19661 (facts, section 7 and damage D24).
    devices = [("desk-phone", "P3b", "19560-19661"), ("room-device", "P3b", "19560-19661")]
    assert moved == [*devices, ("webex-web-app", "P3c", "ephemeral")]


def test_nobody_needs_the_browser_test() -> None:
    assert not {"P12a", "P12b"} & {need.row for persona in CATALOG.personas for need in persona.needs}
