"""dns.*: the configured resolvers."""

from __future__ import annotations

from collections.abc import Iterator

from probe.model.measurement import Measurement
from probe.model.verdict import Diagnosis, Finding, Owner, Scope

from ..rule import diagnosis, is_inside, listing, place
from ..view import View


def _resolvers(view: View, transport: str) -> dict[str, Measurement]:
    """Their measurements by address."""
    return {m.target.host: m for m in view.of_kind("dns") if m.params.get("transport") == transport}


def _owner(address: str) -> Owner:
    """Private addresses are this network's own."""
    return "lan" if is_inside(address) else "isp"


def _scope(protocol: str, servers: list[str]) -> Scope:
    return Scope(protocol=protocol, source_ports=[], ports=["53"], destinations=servers)


def unreachable(view: View) -> Iterator[Diagnosis]:
    """Control: the same resolver over the other transport, and the other resolvers."""
    udp, tcp = _resolvers(view, "udp"), _resolvers(view, "tcp")
    dead = {}
    wanting = {each.id for code in ("dns.reach", "dns.resolves") for each in view.open(code)}
    for server, measurement in udp.items():
        findings = [view.finding(measurement.task, "reach"), view.finding(measurement.task, "resolves")]
        failed = [f for f in findings if f is not None and f.id in wanting]
        over_tcp = tcp.get(server)
        if failed and not (over_tcp is not None and view.worked(over_tcp.task)):
            more = [view.finding(over_tcp.task, "reach"), view.finding(over_tcp.task, "resolves")] if over_tcp else []
            dead[server] = failed + [f for f in more if f is not None and f.verdict == "fail"]
    if not dead:
        return
    alive = [each for each in udp if each not in dead]
    servers = list(dead)
    refusing = all(f.code == "dns.resolves" for found in dead.values() for f in found)
    said = "gives no usable answer" if refusing else "does not answer"
    because = [f.title for found in dead.values() for f in found]
    because.append(f"{listing(alive)} answers" if alive else "no other resolver is configured that answers")
    first = view.failure(udp[servers[0]].task)
    yield diagnosis(
        "dns.unreachable",
        "certain",
        _owner(servers[0]),
        f"The configured resolver {listing(servers)} {said}",
        because=because,
        fix=f"Start or repair the DNS service on {listing(servers)}, open UDP and TCP 53 to it, or configure a "
        "resolver that works (DHCP option 6, or this machine's network settings).",
        explains=[f for found in dead.values() for f in found],
        scope=_scope("udp", servers),
        where=place(view, first),
    )


def tcp_blocked(view: View) -> Iterator[Diagnosis]:
    """Control: the same resolver answers over UDP."""
    udp, tcp = _resolvers(view, "udp"), _resolvers(view, "tcp")
    blocked: dict[str, Finding] = {}
    for server, measurement in tcp.items():
        found = next((f for f in view.open("dns.reach") if f.task == measurement.task), None)
        if found is not None and server in udp and view.worked(udp[server].task):
            blocked[server] = found
    if blocked:
        servers = list(blocked)
        yield diagnosis(
            "dns.tcp_blocked",
            "likely",
            "firewall",
            f"DNS over TCP to {listing(servers)} is blocked",
            because=[*(f.title for f in blocked.values()), f"{listing(servers)} answers over UDP"],
            fix=f"Allow TCP 53 to {listing(servers)}: answers that do not fit into UDP, such as long SRV sets, need it "
            "(RFC 7766).",
            explains=blocked.values(),
            scope=_scope("tcp", servers),
            where=place(view, view.failure(tcp[servers[0]].task)),
        )


def slow(view: View) -> Iterator[Diagnosis]:
    """Control: the median of several questions whose answers the resolver already had."""
    found = view.open("dns.latency", "warn", "fail")
    if found:
        servers = [view.measurements[f.task].target.host for f in found]
        yield diagnosis(
            "dns.slow",
            "certain",
            _owner(servers[0]),
            f"The configured resolver {listing(servers)} answers slowly",
            because=[f"{f.title}; good is {float(f.limit or 0) * 1000:.0f} ms" for f in found],
            fix="Use a resolver near this site, or find out what delays the way to it.",
            explains=found,
            scope=_scope("udp", servers),
        )
