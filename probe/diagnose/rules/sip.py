"""firewall.sip_filtered: TCP to the signalling port passes, what is said on it does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from probe.model.measurement import Measurement
from probe.model.verdict import Diagnosis, Finding, Scope

from ..rule import diagnosis, listing
from ..view import View

_CUT = {"timeout", "reset", "closed"}


def filtered(view: View) -> Iterator[Diagnosis]:
    """Controls: several far ends behave alike on this port, and TLS on other ports completes."""
    by_port: dict[int, list[tuple[Finding, Measurement]]] = defaultdict(list)
    for finding in view.open("tls.reach"):
        if view.connected(finding.task) and view.matters(finding.task) and finding.value in _CUT:
            by_port[view.measurements[finding.task].target.port].append((finding, view.measurements[finding.task]))
    for port, members in by_port.items():
        # A handshake that completed on this port refutes the suspicion, whatever the certificate in it was.
        completed = [m for m in view.of_kind("tls") if m.target.port == port and view.reached(m.task)]
        elsewhere = [m for m in view.of_kind("tls", "https") if m.target.port != port and view.reached(m.task)]
        hosts = list(dict.fromkeys(m.target.host for _, m in members))
        if completed or not elsewhere or len(hosts) < 2:
            continue
        requirements = list(view.requirements(m.task for _, m in members))
        yield diagnosis(
            "firewall.sip_filtered",
            "likely",
            "firewall",
            f"TCP {port} connects, but TLS on it is cut off",
            because=[
                members[0][0].title,
                f"{len(hosts)} hosts behave alike: {listing(hosts)}",
                f"TLS completes on other ports: {listing(str(m.target) for m in elsewhere[:2])}",
            ],
            fix=f"Exempt TCP {port} to the Calling subnets from application inspection, SIP ALG and intrusion "
            "prevention.",
            explains=[f for f, _ in members],
            scope=Scope(
                protocol="tcp",
                source_ports=[],
                ports=[str(port)],
                destinations=list(dict.fromkeys(p for each in requirements for p in each.prefixes)) or hosts,
            ),
        )
