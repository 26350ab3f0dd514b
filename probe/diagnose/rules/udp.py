"""firewall.udp_blocked and firewall.source_port_blocked for UDP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from probe.model.measurement import Measurement
from probe.model.verdict import Confidence, Diagnosis, Finding, Scope

from ..rule import diagnosis, listing, merged, owner_of, place
from ..view import View


def _silent(view: View) -> dict[str, list[tuple[Finding, Measurement]]]:
    """Tasks that got no UDP answer, by the ports that they asked; only those that a requirement suffers from."""
    found: dict[str, list[tuple[Finding, Measurement]]] = defaultdict(list)
    for kind in ("stun", "udp-range"):
        for finding in view.open(f"{kind}.reach"):
            measurement = view.measurements[finding.task]
            ports = str(finding.value) if kind == "udp-range" else str(measurement.target.port)
            found[ports].append((finding, measurement))
    return found


def source_port_blocked(view: View) -> Iterator[Diagnosis]:
    """Control: the same server answers a request from an ephemeral source port."""
    free = {str(m.target): m for m in view.of_kind("stun") if not m.params.get("source_ports")}
    by_source: dict[str, list[tuple[Finding, Measurement]]] = defaultdict(list)
    for members in _silent(view).values():
        for finding, measurement in members:
            control = free.get(str(measurement.target))
            source = measurement.params.get("source_ports")
            if source and control is not None and view.worked(control.task) and view.matters(finding.task):
                by_source[source].append((finding, measurement))
    for source, members in by_source.items():
        ports = merged(str(m.target.port) for _, m in members)
        requirements = list(view.requirements(m.task for _, m in members))
        yield diagnosis(
            "firewall.source_port_blocked",
            "certain",
            "firewall",
            f"UDP {', '.join(ports)} is open, but not from source ports {source}",
            because=[
                members[0][0].title,
                f"{listing(str(m.target) for _, m in members)} answers from ephemeral source ports",
            ],
            fix=f"Allow UDP from source ports {source} to the Calling subnets, and keep those source ports unchanged.",
            explains=[f for f, _ in members],
            scope=Scope(
                protocol="udp",
                source_ports=merged([source]),
                ports=ports,
                destinations=list(dict.fromkeys(p for each in requirements for p in each.prefixes)),
            ),
            where=place(view, view.failure(members[0][1].task)),
        )


def blocked(view: View) -> Iterator[Diagnosis]:
    """Controls: the same far ends on other UDP ports; where all UDP is silent, that TCP passes."""
    silent = {
        ports: members for ports, members in _silent(view).items() if any(view.matters(f.task) for f, _ in members)
    }
    if not silent:
        return
    answering = [m for m in view.of_kind("stun", "udp-range", "ntp") if view.worked(m.task)]
    tcp = [m for m in view.of_kind("tls", "https", "tcp") if view.connected(m.task)]
    if not answering and not tcp:
        return
    members = [each for group in silent.values() for each in group]
    hosts = list(dict.fromkeys(m.target.host for _, m in members))
    same_host = [m for m in answering if m.target.host in hosts]
    failures = [f for f in (view.failure(m.task) for _, m in members) if f is not None]
    refused = next((f for f in failures if f.icmp is not None), None)
    if not same_host and len(hosts) < 2 and refused is None:
        return
    ranges = list(silent)
    time = [] if answering else view.open("ntp.reach")
    ports = merged([*ranges, *(["123"] if time else [])])
    because = [f"no answer from {listing(hosts)} on UDP {', '.join(merged(ranges))}"]
    if refused is not None:
        because.append(refused.detail)
    if same_host:
        because.append(f"the same far end answers on other UDP ports: {listing(str(m.target) for m in same_host[:3])}")
    elif answering:
        because.append(f"other UDP passes: {listing(str(m.target) for m in answering[:3])}")
    else:
        because.append(f"no UDP at all is answered, while TCP passes: {listing(str(m.target) for m in tcp[:2])}")
    confidence: Confidence = "certain" if refused is not None else "likely"
    requirements = list(view.requirements(m.task for _, m in members))
    yield diagnosis(
        "firewall.udp_blocked",
        confidence,
        owner_of(view, refused),
        f"UDP {', '.join(ports)} is blocked",
        because=because,
        fix=f"Allow outbound UDP to port {', '.join(ports)} of the Calling subnets, and the answers to it.",
        explains=[*(f for f, _ in members), *time],
        scope=Scope(
            protocol="udp",
            source_ports=[],
            ports=ports,
            destinations=list(dict.fromkeys(p for each in requirements for p in each.prefixes)) or hosts,
        ),
        where=place(view, refused),
    )
