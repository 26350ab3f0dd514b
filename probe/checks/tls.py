"""TCP and TLS to a signalling, configuration or push port, from the persona's source ports (RFC 8446, RFC 5246)."""

from __future__ import annotations

import msgspec

from catalog.ranges import parse_ranges
from probe.context.context import Context
from probe.model.address import Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import TlsEvidence
from probe.model.failure import Failure
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding

from . import certificates
from .check import Check
from .connecting import handshake, reach
from .finding import finding, unreached
from .limits import Limits
from .offering import with_controls

_COST = Cost(packets=16, bytes=3000, seconds=4.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    source_ports: str | None = None
    dscp: int = 0
    mutual: bool = False
    """The server is due to ask for a client certificate (certificate-based trunk, port 5062)."""
    handshake: bool = True
    """False: what the port speaks is not published, so that a TCP connection is proof enough."""


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if demand.use not in {"sip-tls", "sip-mtls", "tls", "push"}:
        return None
    params = Params(
        source_ports=demand.local_ports,
        dscp=demand.dscp,
        mutual=demand.use == "sip-mtls",
        handshake=demand.use in {"sip-tls", "sip-mtls"},
    )
    return with_controls("tls", demand, params, cost=_COST, deadline=25)


async def run(ctx: Context, target: Target, params: Params) -> None:
    wanted = parse_ranges(params.source_ports) if params.source_ports else None
    stream = await reach(ctx, target.host, target.port, source_ports=wanted, dscp=params.dscp)
    if isinstance(stream, Failure):
        return
    ctx.metric("tcp.connect_time", ctx.took("connect"), "s")
    try:
        secured = await handshake(ctx, stream, target.host)
        if not isinstance(secured, Failure):
            ctx.metric("tls.handshake_time", ctx.observations[-1].duration, "s")
    finally:
        stream.close()


def judge(measurement: Measurement, params: Params, _: Limits) -> list[Finding]:
    where = str(measurement.target)
    connect, handshake = measurement.last("connect"), measurement.last("handshake")
    connected = next((o for o in measurement.observations if o.operation == "connect" and o.failure is None), None)
    if connected is None:
        if connect is None or connect.failure is None:
            return []
        return [unreached(measurement, connect.failure, f"no TCP connection to {where}", connect)]
    if handshake is None:
        return []
    tls = handshake.evidence if isinstance(handshake.evidence, TlsEvidence) else None
    found = []
    if handshake.failure is None or (tls is not None and tls.server_hello and params.mutual):
        version = tls.version if tls is not None else "TLS"
        found.append(finding(measurement, "reach", "pass", f"{where} speaks {version}", connected, handshake))
    elif not params.handshake:
        title = f"{where} accepts TCP; what it speaks is not published"
        found.append(finding(measurement, "reach", "pass", title, connected, handshake))
    else:
        failure = handshake.failure
        title = f"no TLS handshake with {where}: {failure.detail}"
        value = failure.kind.value
        found.append(finding(measurement, "reach", "fail", title, connected, handshake, value=value))
        found += certificates.too_old(measurement, handshake)
    if tls is not None:
        found += certificates.findings(measurement, handshake, tls)
        found += _client_certificate(measurement, params, tls, where)
    return found


def _client_certificate(measurement: Measurement, params: Params, tls: TlsEvidence, where: str) -> list[Finding]:
    if not params.mutual or not tls.server_hello:
        return []
    handshake = measurement.last("handshake")
    if tls.certificate_request is None:
        title = f"{where} did not ask for a client certificate, as a certificate-based trunk does"
        return [finding(measurement, "certificate_request", "unknown", title, handshake)]
    then = f", then sent the alert {tls.alert}" if tls.alert else ""
    title = f"{where} asked for a client certificate{then}: mutual TLS is in place"
    return [finding(measurement, "certificate_request", "pass", title, handshake)]


CHECK = Check(kind="tls", title="TLS", params=Params, offer=offer, run=run, judge=judge)
