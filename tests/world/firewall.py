"""What becomes of a packet at the site's edge: an ordered list of rules, the first that matches decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.net.classify import from_icmp

from .scenario import Conditions, Rule, covers, matches, within

Fate = Failure | Literal["pass", "drop"]

REFUSED = Failure(kind=FailureKind.REFUSED, detail="connection refused")
NOT_PERMITTED = Failure(kind=FailureKind.NOT_PERMITTED, detail="this host's own firewall or policy refused to send it")
ADDRESS_IN_USE = Failure(kind=FailureKind.ADDRESS_IN_USE, detail="the local port is in use")
NO_ROUTE = Failure(kind=FailureKind.NO_ROUTE, detail="this host has no route to it")


class Firewall:
    """`names` are those of each address, for rules that name hosts."""

    def __init__(self, site: Conditions, names: Mapping[str, set[str]]) -> None:
        self._site = site
        self._names = names

    def outbound(self, protocol: str, source: int, to: Endpoint) -> Fate:
        rule = self._first("out", protocol, source, to)
        if rule is None or rule.action == "allow":
            return "pass"
        if rule.action == "drop":
            return "drop"
        if rule.action == "refuse":
            return NOT_PERMITTED
        if rule.action == "prohibit":
            return from_icmp(4, 3, 13, self._site.gateway)
        return REFUSED if protocol == "tcp" else from_icmp(4, 3, 3, self._site.gateway)

    def inbound(self, protocol: str, to: int, source: Endpoint) -> bool:
        """Whether an answer from `source` comes back in."""
        rule = self._first("in", protocol, to, source)
        return rule is None or rule.action == "allow"

    def _first(self, direction: str, protocol: str, ours: int, theirs: Endpoint) -> Rule | None:
        names = self._names.get(theirs.address, set())
        for rule in self._site.rules:
            if (
                rule.direction == direction
                and rule.protocol in {None, protocol}
                and within(rule.ports, theirs.port)
                and within(rule.source_ports, ours)
                and covers(rule.destinations, theirs.address)
                and (not rule.hosts or any(matches(each, name) for each in rule.hosts for name in names))
            ):
                return rule
        return None
