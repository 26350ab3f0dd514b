"""firewall.tcp_blocked, firewall.source_port_blocked for TCP, and what is left: provider.unreachable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement
from probe.model.verdict import Confidence, Diagnosis, Finding, Scope

from ..rule import diagnosis, listing, merged, owner_of, place, telling
from ..view import View

_KINDS = ("tls", "tcp", "https")
_WEB = {80, 443, 8443}
"""Ports that a site may leave to its proxy alone."""


def _unconnected(view: View) -> dict[int, list[tuple[Finding, Measurement]]]:
    """By destination port: tasks that got no TCP connection, and whose requirement suffers for it."""
    found: dict[int, list[tuple[Finding, Measurement]]] = defaultdict(list)
    for kind in _KINDS:
        for finding in view.open(f"{kind}.reach"):
            measurement = view.measurements[finding.task]
            if not view.connected(finding.task) and view.failed(finding.task) is not None:
                found[measurement.target.port].append((finding, measurement))
    return found


def _others(view: View, port: int) -> list[Measurement]:
    """Tasks that got a TCP connection to another port."""
    return [m for m in view.of_kind(*_KINDS) if m.target.port != port and view.connected(m.task)]


def source_port_blocked(view: View) -> Iterator[Diagnosis]:
    """Control: the same far end is reached from an ephemeral source port."""
    free = {
        (m.kind, m.target.host, m.target.port): m
        for m in view.of_kind("tls", "tcp")
        if not m.params.get("source_ports")
    }
    by_source: dict[tuple[str, int], list[tuple[Finding, Measurement]]] = defaultdict(list)
    for port, members in _unconnected(view).items():
        for finding, measurement in members:
            control = free.get((measurement.kind, measurement.target.host, port))
            source = measurement.params.get("source_ports")
            if source and control is not None and view.connected(control.task) and view.matters(finding.task):
                by_source[source, port].append((finding, measurement))
    for (source, port), members in by_source.items():
        tasks = [m.task for _, m in members]
        yield diagnosis(
            "firewall.source_port_blocked",
            "certain",
            "firewall",
            f"TCP {port} is open, but not from source ports {source}",
            because=[
                members[0][0].title,
                f"{listing(m.target.host for _, m in members)} accepts connections from ephemeral source ports",
            ],
            fix=f"Allow TCP from source ports {source} to port {port} of the Calling subnets, and keep those source "
            "ports unchanged.",
            explains=[f for f, _ in members],
            scope=Scope(
                protocol="tcp", source_ports=[source], ports=[str(port)], destinations=_destinations(view, tasks)
            ),
            where=place(view, view.failure(tasks[0])),
        )


def blocked(view: View) -> Iterator[Diagnosis]:
    """Controls: no far end at all is reached on this port, from any source port; other TCP ports are reached."""
    hit: list[tuple[int, list[tuple[Finding, Measurement]], list[Measurement]]] = []
    for port, members in _unconnected(view).items():
        reached = [m for m in view.of_kind(*_KINDS) if m.target.port == port and view.connected(m.task)]
        targets = {m.target.host for _, m in members}
        others = _others(view, port)
        refusals = [
            f for f in map(view.failure, (m.task for _, m in members)) if f is not None and _from_between(f, view)
        ]
        if reached or not any(view.matters(f.task) for f, _ in members):
            continue
        if not others or (len(targets) < 2 and not refusals):
            continue
        hit.append((port, members, others))
    if not hit:
        return
    for signature, numbers in _alike(view, hit).items():
        members = [each for port, group, _ in hit if port in numbers for each in group]
        others = [m for port, _, group in hit if port in numbers for m in group if m.target.port not in numbers]
        tasks = [m.task for _, m in members]
        failure = telling(view, tasks)
        words = merged(map(str, numbers))
        confidence: Confidence = "certain" if signature == "refused" else "likely"
        proxies = view.environment.get("proxies") or {}
        by_proxy = proxies if set(numbers) <= _WEB else {}
        hosts = list(dict.fromkeys(m.target.host for _, m in members))
        because = [f"no connection to port {', '.join(words)} of {len(hosts)} hosts: {listing(hosts)}"]
        if failure is not None:
            because.append(failure.detail)
        answered = f"{m.target.host}:{m.target.port}" if (m := next(iter(others), None)) else ""
        because.append(f"other TCP ports are open: {answered} and {max(0, len(others) - 1)} more were reached")
        if by_proxy:
            # It may be meant to be so: hosts were tried directly, which is not the way that clients here take.
            confidence = "possible"
            because.append(f"this machine has a proxy configured ({listing(by_proxy.values())}); it was not used")
        yield diagnosis(
            "firewall.tcp_blocked",
            confidence,
            owner_of(view, failure),
            f"TCP {', '.join(words)} is blocked",
            because=because,
            fix=f"Allow outbound TCP to port {', '.join(words)} of {_where(view, tasks)}.",
            explains=[f for f, _ in members],
            scope=Scope(protocol="tcp", source_ports=[], ports=words, destinations=_destinations(view, tasks)),
            where=place(view, failure),
        )


def _alike(
    view: View, hit: list[tuple[int, list[tuple[Finding, Measurement]], list[Measurement]]]
) -> dict[str, list[int]]:
    """Ports by the way in which they fail: one rule of one firewall, probably."""
    alike: dict[str, list[int]] = defaultdict(list)
    for port, members, _ in hit:
        failures = [f for f in (view.failure(m.task) for _, m in members) if f is not None]
        refused = any(_from_between(each, view) for each in failures)
        alike["refused" if refused else "silent"].append(port)
    return alike


def _from_between(failure: Failure, view: View) -> bool:
    """An ICMP message whose sender is not the destination, or that says so outright."""
    if failure.kind is FailureKind.PROHIBITED:
        return True
    return failure.reporter is not None and failure.reporter not in view.targets


def unreachable(view: View) -> Iterator[Diagnosis]:
    """What no stronger rule explains: single far ends that others on the same port outlive."""
    for port, members in _unconnected(view).items():
        mine = [(f, m) for f, m in members if view.matters(f.task)]
        if not mine:
            continue
        reached = [m for m in view.of_kind(*_KINDS) if m.target.port == port and view.connected(m.task)]
        others = reached or _others(view, port)
        if not others:
            continue
        hosts = list(dict.fromkeys(m.target.host for _, m in mine))
        yield diagnosis(
            "provider.unreachable",
            "possible",
            "provider",
            f"{listing(hosts)} cannot be reached on TCP {port}",
            because=[mine[0][0].title, f"{len(others)} other far ends are reached over TCP"],
            fix=f"Look at Cisco's service status first. If {listing(hosts)} works from another network, a filter here "
            "singles it out: allow it by name.",
            explains=[f for f, _ in mine],
            scope=Scope(protocol="tcp", source_ports=[], ports=[str(port)], destinations=hosts),
        )


def _destinations(view: View, tasks: list[str]) -> list[str]:
    """The catalogue's prefixes for what suffers; where it names none, the hosts themselves."""
    prefixes: dict[str, None] = {}
    for each in view.requirements(tasks):
        prefixes.update(dict.fromkeys(each.prefixes))
    return list(prefixes) or list(dict.fromkeys(view.measurements[task].target.host for task in tasks))


def _where(view: View, tasks: list[str]) -> str:
    lists = sorted({each.destination for each in view.requirements(tasks)})
    return f"subnet list {', '.join(lists)} of the catalogue" if lists else "the hosts named here"
