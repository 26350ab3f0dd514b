"""What a scenario file says: a site, what is wrong with it, and what has to be found. Strict."""

from __future__ import annotations

import ipaddress
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from catalog.model import Region, Strict
from catalog.ranges import PortRange, parse_ranges
from probe.model.address import Endpoint
from probe.model.verdict import Confidence, Owner, Verdict

Action = Literal["allow", "drop", "reject", "prohibit", "refuse"]
"""Reject: a reset or an ICMP port unreachable, in the far end's name or the firewall's; prohibit: ICMP administratively
prohibited by the gateway; refuse: this host's own firewall, EPERM."""
Shown = Literal["trusted", "expired", "intercepted", "untrusted", "wrong-name", "self-signed", "too-old", "cut"]
"""Intercepted: signed by a CA that the machine trusts and the public roots do not; untrusted: that neither does;
cut: the connection is reset in the middle of the handshake."""


class Resolver(Strict, frozen=True, kw_only=True):
    address: str
    rcode: str = "NOERROR"
    delay: float = 0.0
    """Seconds, beyond the round trip."""


class Rule(Strict, frozen=True, kw_only=True):
    """The first that matches decides. What is left out matches everything; ports and hosts are the far end's."""

    action: Action
    protocol: Literal["tcp", "udp"] | None = None
    ports: str | None = None
    source_ports: str | None = None
    destinations: list[str] = []
    """Prefixes."""
    hosts: list[str] = []
    """Names, a leading `*` standing for anything."""
    direction: Literal["out", "in"] = "out"


class Tls(Strict, frozen=True, kw_only=True):
    """The first that matches says what is shown; without any, a trusted certificate with the right name."""

    shows: Shown
    hosts: tuple[str, ...] = ("*",)
    ports: str = "1-65535"


class Conditions(Strict, frozen=True, kw_only=True):
    resolvers: tuple[Resolver, ...] = (Resolver(address="10.9.0.53"),)
    round_trip: float = 0.04
    loss: float = 0.0
    clock_ahead: float = 0.0
    route: bool = True
    taken: str | None = None
    """Local UDP and TCP ports that another program holds."""
    media: bool = False
    """A responder answers on the media ranges."""
    gateway: str = "192.168.1.1"
    proxies: dict[str, str] = {}
    rules: list[Rule] = []
    tls: list[Tls] = []


class Found(Strict, frozen=True, kw_only=True):
    """A diagnosis; what is left out may be anything."""

    code: str
    protocol: str | None = None
    ports: list[str] | None = None
    source_ports: list[str] | None = None
    destinations: list[str] | None = None
    owner: Owner | None = None
    confidence: Confidence | None = None
    hop: int | None = None


class Expectation(Strict, frozen=True, kw_only=True):
    verdict: Verdict
    diagnoses: list[Found]
    """All of them, and no others."""
    personas: dict[str, Verdict]
    """By id; `others` for those not named."""
    most_seconds: float = 60.0
    """Virtual time of the whole run."""


class Scenario(Strict, frozen=True, kw_only=True, dict=True):
    title: str
    because: str
    """What makes this worth a scenario."""
    regions: list[Region] = []
    seeds: tuple[int, ...] = (1,)
    site: Conditions = Conditions()
    expect: Expectation

    @cached_property
    def resolvers(self) -> tuple[Endpoint, ...]:
        return tuple(Endpoint(each.address, 53) for each in self.site.resolvers)


def read(path: Path) -> Scenario:
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Scenario)


def matches(pattern: str, name: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*") else name == pattern


def within(text: str | None, port: int) -> bool:
    return text is None or any(port in each for each in _ranges(text))


def _ranges(text: str) -> tuple[PortRange, ...]:
    return parse_ranges(text)


def covers(prefixes: list[str], address: str) -> bool:
    return not prefixes or any(ipaddress.ip_address(address) in ipaddress.ip_network(each) for each in prefixes)
