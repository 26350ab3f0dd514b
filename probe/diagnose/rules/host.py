"""host.*: what this machine itself refused to send."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from probe.model.failure import FailureKind
from probe.model.verdict import Diagnosis, Finding, Place, Scope

from ..rule import diagnosis, listing, merged
from ..view import View


def firewall(view: View) -> Iterator[Diagnosis]:
    """Control: the refusal is the operating system's own (EPERM), raised before a packet left."""
    yield from _local(
        view,
        FailureKind.NOT_PERMITTED,
        "host.firewall",
        "This machine's own firewall refuses to send {protocol} to port {ports}",
        "the operating system refused the packet itself (operation not permitted); it never reached the network",
        "Allow outbound {protocol} to port {ports} in this machine's firewall (nftables, iptables, Windows Defender "
        "Firewall or endpoint protection).",
    )


def port_in_use(view: View) -> Iterator[Diagnosis]:
    """Control: the system reports the local port as taken."""
    yield from _local(
        view,
        FailureKind.ADDRESS_IN_USE,
        "host.port_in_use",
        "Source ports that the test needs are taken by another program",
        "the operating system reports every local port of the range that was tried as in use",
        "End the program that holds these ports (a softphone, perhaps) or run the check from another machine.",
    )


def _local(view: View, kind: FailureKind, code: str, title: str, because: str, fix: str) -> Iterator[Diagnosis]:
    groups: dict[str, list[tuple[Finding, str]]] = defaultdict(list)
    for finding in view.findings:
        if not finding.code.endswith(".reach") or finding.verdict not in {"fail", "unknown"}:
            continue
        failure = view.failure(finding.task)
        target = view.measurements[finding.task].target
        if failure is not None and failure.kind is kind and finding in view.open(finding.code, finding.verdict):
            groups[target.protocol or "tcp"].append((finding, str(target.port)))
    for protocol, members in groups.items():
        ports = merged({port for _, port in members})
        hosts = [view.measurements[f.task].target.host for f, _ in members]
        words = {"protocol": protocol.upper(), "ports": ", ".join(ports)}
        yield diagnosis(
            code,
            "certain",
            "host",
            title.format(**words),
            because=[because],
            fix=fix.format(**words),
            explains=[f for f, _ in members],
            scope=Scope(protocol=protocol, source_ports=[], ports=ports, destinations=[listing(hosts)]),
            where=Place(hop=0, address=None),
        )
