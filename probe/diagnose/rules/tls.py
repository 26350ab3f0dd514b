"""tls.*: chains and names, at the provider or in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from probe.model.evidence import TlsEvidence
from probe.model.verdict import Diagnosis, Finding, Scope

from ..rule import diagnosis, listing, merged
from ..view import View

_KINDS = ("tls", "https")


def _failing(view: View, name: str) -> list[tuple[Finding, TlsEvidence]]:
    """Open findings of both kinds that matter to somebody, with what was seen."""
    found = []
    for kind in _KINDS:
        for finding in view.open(f"{kind}.{name}"):
            seen = _evidence(view, finding)
            if seen is not None and view.matters(finding.task):
                found.append((finding, seen))
    return found


def _evidence(view: View, finding: Finding) -> TlsEvidence | None:
    observations = {o.id: o for o in view.measurements[finding.task].observations}
    seen = [observations[each].evidence for each in finding.evidence if each in observations]
    return next((each for each in seen if isinstance(each, TlsEvidence)), None)


def _related(view: View, findings: list[Finding], name: str) -> list[Finding]:
    """The same fault seen by tasks that serve no requirement, such as controls."""
    hosts = {_host(view, each) for each in findings}
    return [f for kind in _KINDS for f in view.open(f"{kind}.{name}") if _host(view, f) in hosts]


def _host(view: View, finding: Finding) -> tuple[str, int]:
    target = view.measurements[finding.task].target
    return target.host, target.port


def _scope(view: View, findings: list[Finding]) -> Scope:
    hosts = [_host(view, each) for each in findings]
    return Scope(
        protocol="tcp",
        source_ports=[],
        ports=merged({str(port) for _, port in hosts}),
        destinations=list(dict.fromkeys(host for host, _ in hosts)),
    )


def _site_of(host: str) -> str:
    """The last two labels: near enough to the registrable domain to tell unrelated hosts apart."""
    return ".".join(host.split(".")[-2:])


def intercepted(view: View) -> Iterator[Diagnosis]:
    """Controls: the machine's own roots; and whether one unknown issuer repeats over unrelated hosts."""
    by_issuer: dict[str, list[tuple[Finding, TlsEvidence]]] = defaultdict(list)
    for finding, seen in _failing(view, "trust"):
        by_issuer[seen.chain[0].issuer].append((finding, seen))
    for issuer, members in by_issuer.items():
        findings = [f for f, _ in members]
        sites = {_site_of(_host(view, f)[0]) for f in findings}
        by_machine = [seen for _, seen in members if seen.machine_trust is not None and seen.machine_trust.trusted]
        if not by_machine and (len(sites) < 2 or all(_dated(seen) for _, seen in members)):
            continue
        because = [f"{listing(_host(view, f)[0] for f in findings)} show certificates of {issuer}"]
        if by_machine:
            because.append("this machine trusts that issuer, no public root vouches for it: an inspecting proxy's CA")
        if len(sites) > 1:
            because.append(f"one issuer speaks for unrelated domains: {listing(sorted(sites))}")
        yield diagnosis(
            "tls.intercepted",
            "certain" if by_machine else "likely",
            "proxy",
            f"TLS is intercepted by {issuer}",
            because=because,
            fix="Exempt *.webex.com, *.wbx2.com, *.ciscospark.com and the hosts named here from TLS inspection, or "
            "install the proxy's CA on every device (room devices and phones need a TAC request for that).",
            explains=_related(view, findings, "trust"),
            scope=_scope(view, findings),
        )


def _dated(seen: TlsEvidence) -> bool:
    reason = (seen.public_trust.reason or "") if seen.public_trust else ""
    return "expired" in reason or "not yet valid" in reason


def untrusted(view: View) -> Iterator[Diagnosis]:
    """Control: other hosts, reached over the same path, show chains that a public root vouches for."""
    by_fault: dict[tuple[str, str], list[tuple[Finding, TlsEvidence]]] = defaultdict(list)
    for finding, seen in _failing(view, "trust"):
        reason = (seen.public_trust.reason or "unknown reason") if seen.public_trust else "unknown reason"
        by_fault[seen.chain[0].issuer, reason].append((finding, seen))
    good = [m for m in view.of_kind(*_KINDS) if (f := view.finding(m.task, "trust")) and f.verdict == "pass"]
    for (issuer, reason), members in by_fault.items():
        findings = [f for f, _ in members]
        leaf = members[0][1].chain[0]
        because = [f"issuer {issuer}: {reason} (valid {leaf.not_before} to {leaf.not_after})"]
        because.append(f"checked at {members[0][1].checked_at} by this machine's clock")
        if good:
            because.append(f"{len(good)} other hosts on the same path show chains of public roots")
        yield diagnosis(
            "tls.untrusted",
            "certain" if good else "likely",
            "provider",
            f"The certificate of {listing(_host(view, f)[0] for f in findings)} cannot be trusted: {reason}",
            because=because,
            fix="Check this machine's clock first. If it is right, the server's operator must replace the certificate: "
            "attach this report to a TAC case.",
            explains=_related(view, findings, "trust"),
            scope=_scope(view, findings),
        )


def name_mismatch(view: View) -> Iterator[Diagnosis]:
    """Control: the chain itself is judged apart; other hosts on the same path show their own names."""
    members = _failing(view, "name")
    if not members:
        return
    findings = [f for f, _ in members]
    good = [m for m in view.of_kind(*_KINDS) if view.finding(m.task, "name") is None and view.worked(m.task)]
    because = [f.title for f in findings[:4]]
    if good:
        because.append(f"{len(good)} other hosts show certificates with their own names")
    yield diagnosis(
        "tls.name_mismatch",
        "certain" if good else "likely",
        "provider" if good else "proxy",
        f"{listing(_host(view, f)[0] for f in findings)} show a certificate for another name",
        because=because,
        fix="Something else answers in the host's place: compare the address it resolves to with the catalogue's "
        "subnets, and look for a proxy or a block page on the way.",
        explains=_related(view, findings, "name"),
        scope=_scope(view, findings),
    )


def version_too_old(view: View) -> Iterator[Diagnosis]:
    """Control: other hosts on the same path speak TLS 1.2 or newer."""
    findings = [f for kind in _KINDS for f in view.open(f"{kind}.version") if view.matters(f.task)]
    if not findings:
        return
    modern = [m for m in view.of_kind(*_KINDS) if view.worked(m.task)]
    because = [f.title for f in findings[:4]]
    if modern:
        because.append(f"{len(modern)} other hosts speak TLS 1.2 or newer over the same path")
    tasks = {each.task for each in findings}
    reach = [f for kind in _KINDS for f in view.open(f"{kind}.reach") if f.task in tasks]
    yield diagnosis(
        "tls.version_too_old",
        "likely",
        "proxy",
        f"{listing(_host(view, f)[0] for f in findings)} offers no TLS 1.2",
        because=because,
        fix="Webex services speak TLS 1.2 and 1.3. Let the proxy or firewall that ends TLS here speak them too, or "
        "exempt these hosts from inspection.",
        explains=[*_related(view, findings, "version"), *reach],
        scope=_scope(view, findings),
    )
