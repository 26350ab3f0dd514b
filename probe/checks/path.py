"""The routers on the way, by packets of one flow that expire at each (RFC 792, RFC 4443); informative."""

from __future__ import annotations

import asyncio

import msgspec

from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import Hop, PathEvidence
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.ports import HopAnswer, HopProbes
from probe.wire import stun

from .check import Check
from .connecting import in_order
from .finding import finding
from .limits import Limits
from .offering import task_for

_FARTHEST = 30
_SILENT_IN_A_ROW = 4
"""Hops without an answer after which nothing more is expected: a firewall hides the rest."""
_TRIES = 3
_RATE_LIMIT = 1.1
"""Seconds after which a router that answers once a second may answer again (Linux: icmp_ratelimit)."""
_COST = Cost(packets=60, bytes=3000, seconds=6.0, bindings=1)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    farthest: int = _FARTHEST


def offer(demand: Demand, _: Sampling) -> Offer | None:
    """Towards the STUN servers, on the first of their ports: the way that media takes."""
    if demand.use != "stun" or demand.protocol != "udp" or demand.ports != "5004":
        return None
    tasks = [task_for("path", each, demand, Params(), cost=_COST, deadline=30) for each in demand.contacts]
    # By itself, after the others: routers answer about once a second, and refusals of other packets use that up.
    return Offer(tasks=[msgspec.structs.replace(each, lane="exclusive") for each in tasks])


async def run(ctx: Context, target: Target, params: Params) -> None:
    to = Endpoint(in_order(await ctx.addresses(target.host))[0], target.port)
    probes = await ctx.attempt("connect", to, ctx.net.hop_probes(to.version), timeout=None)
    if isinstance(probes, Failure):
        if probes.kind is FailureKind.UNSUPPORTED:
            ctx.skip(probes.detail)
        return
    try:
        await ctx.attempt("probe", to, _trace(ctx, probes, to, params.farthest), timeout=25, evidence=lambda each: each)
    finally:
        probes.close()


async def _trace(ctx: Context, probes: HopProbes, to: Endpoint, farthest: int) -> PathEvidence:
    hops: list[Hop] = []
    reached = False
    while len(hops) < farthest and not reached and any(h.addresses for h in hops[-_SILENT_IN_A_ROW:] or [_HERE]):
        hop, reached = await _hop(ctx, probes, to, len(hops) + 1)
        hops.append(hop)
    while hops and not hops[-1].addresses:
        hops.pop()
    if any(not each.addresses for each in hops):
        await asyncio.sleep(_RATE_LIMIT)
        hops = [each if each.addresses else (await _hop(ctx, probes, to, each.number))[0] for each in hops]
    return PathEvidence(destination=to, local=probes.local, hops=hops, reached=reached)


_HERE = Hop(number=0, sent=0, addresses=["this host"])


async def _hop(ctx: Context, probes: HopProbes, to: Endpoint, number: int) -> tuple[Hop, bool]:
    """One packet at a time, so that whatever answers answers that one: routers need not quote more than the header."""
    for tries in range(1, _TRIES + 1):
        sent = ctx.clock.now()
        probes.send(bytes(stun.binding_request(ctx.random.randbytes(12))), to, hop_limit=number)
        try:
            async with asyncio.timeout(ctx.patience.quick):
                answer = await _about(probes, to)
        except TimeoutError:
            continue
        reporter = to.address if answer.failure is None else answer.failure.reporter or ""
        expired = answer.failure is not None and answer.failure.kind is FailureKind.TTL_EXCEEDED
        trip = round(max(0.0, answer.at - sent), 6)
        return Hop(number=number, sent=tries, addresses=[reporter], round_trip=trip), not expired
    return Hop(number=number, sent=_TRIES), False


async def _about(probes: HopProbes, to: Endpoint) -> HopAnswer:
    while True:
        answer = await probes.receive()
        if answer.to == to:
            return answer


def judge(measurement: Measurement, _: Params, __: Limits) -> list[Finding]:
    seen = measurement.last("probe")
    if seen is None or not isinstance(seen.evidence, PathEvidence):
        return []
    path = seen.evidence
    if not path.hops:
        title = f"no router on the way to {measurement.target} shows itself"
        return [finding(measurement, "reach", "unknown", title, seen)]
    shown = " ".join(", ".join(hop.addresses) or "*" for hop in path.hops)
    end = "arrives" if path.reached else "nothing shows itself beyond"
    return [finding(measurement, "reach", "pass", f"the way to {measurement.target}: {shown}; {end}", seen)]


CHECK = Check(kind="path", title="Path", params=Params, offer=offer, run=run, judge=judge)
