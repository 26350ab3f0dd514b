"""A request to whoever runs the firewall: the flows to allow, from the scopes of the firewall diagnoses."""

from __future__ import annotations

import msgspec

from probe.model.report import Report
from probe.model.verdict import Diagnosis, Place


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One outbound flow to allow, with the replies that belong to it."""

    protocol: str
    source_ports: str
    destinations: list[str]
    ports: str
    because: str
    last_seen: str


def firewall_request(report: Report) -> list[Rule]:
    return [
        _rule(diagnosis)
        for diagnosis in report.diagnoses
        if diagnosis.code.startswith("firewall.") and diagnosis.scope is not None
    ]


def where(place: Place | None) -> str:
    """The last device that still handled the flow, in words; empty when it is not known."""
    if place is None:
        return ""
    if place.hop == 0:
        return "this computer (hop 0)"
    return f"{place.address or 'a device that does not tell its address'} (hop {place.hop})"


def _rule(diagnosis: Diagnosis) -> Rule:
    scope = diagnosis.scope
    assert scope is not None  # noqa: S101 - the caller filters
    return Rule(
        protocol=scope.protocol.upper(),
        source_ports=", ".join(scope.source_ports) or "any",
        destinations=scope.destinations,
        ports=", ".join(scope.ports) or "any",
        because=f"{diagnosis.code}: {diagnosis.title}",
        last_seen=where(diagnosis.where),
    )
