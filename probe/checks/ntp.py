"""NTP client exchange (RFC 5905 §8), from an ephemeral port and from the phones' source port 51494."""

from __future__ import annotations

import msgspec

from catalog.ranges import parse_ranges
from probe.context.answers import first_answer
from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import NtpEvidence
from probe.model.failure import Failure
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.ports import Arrival, Datagrams
from probe.wire import ntp

from .check import Check
from .connecting import in_order
from .finding import against, finding, unreached
from .limits import Limits
from .offering import task_for, ways_of

_COST = Cost(packets=3, bytes=240, seconds=3.0)
_PRIVILEGED = 1024
_BEYOND = 1.0
"""Seconds beyond the exchange's own limit, after which something is wrong with us."""


class Params(msgspec.Struct, frozen=True, kw_only=True):
    source_ports: str | None = None


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if demand.use != "ntp":
        return None
    free = [task_for("ntp", each, demand, Params(), cost=_COST, deadline=15) for each in demand.contacts]
    wanted = demand.local_ports
    if wanted is None or parse_ranges(wanted)[0].first < _PRIVILEGED:
        # Applications send from port 123, which needs privilege here; RFC 9109 asks for a random one.
        return Offer(tasks=free, ways=ways_of(demand, free))
    params = Params(source_ports=wanted)
    tasks = [task_for("ntp", each, demand, params, cost=_COST, deadline=15) for each in demand.contacts]
    return Offer(tasks=[*tasks, *free], ways=ways_of(demand, tasks))


async def run(ctx: Context, target: Target, params: Params) -> None:
    wanted = parse_ranges(params.source_ports) if params.source_ports else None
    for address in in_order(await ctx.addresses(target.host))[:2]:
        to = Endpoint(address, target.port)
        for wait in (ctx.patience.quick, ctx.patience.patient, ctx.patience.patient):
            socket = await ctx.attempt("connect", to, ctx.net.datagrams(to, source_ports=wanted), timeout=None)
            if isinstance(socket, Failure):
                return
            try:
                got = await ctx.attempt(
                    "exchange", to, _exchange(ctx, socket, wait), timeout=wait + _BEYOND, evidence=lambda each: each
                )
            finally:
                socket.close()
            if not isinstance(got, Failure):
                if got.unusable is None and got.offset is not None and got.delay is not None:
                    ctx.metric("clock.offset", got.offset, "s")
                    ctx.metric("ntp.delay", got.delay, "s")
                ctx.patience.learn(ctx.observations[-1].duration)
                return
            if not got.kind.silent:
                break


async def _exchange(ctx: Context, socket: Datagrams, within: float) -> NtpEvidence:
    """Raises NetFailure, WireError; replies to other requests are ignored (RFC 5905 §8, origin check)."""
    sent, began = ctx.clock.wall(), ctx.clock.now()

    def read(arrival: Arrival) -> ntp.Reply:
        return ntp.parse_reply(arrival.data, transmit_time=sent, destination_time=sent + (arrival.at - began))

    socket.send(ntp.request(sent))
    reply = await first_answer(socket, read, within=within)
    return NtpEvidence(
        local=socket.local,
        remote=socket.remote,
        stratum=reply.stratum,
        reference=reply.reference_id,
        version=reply.version,
        leap=reply.leap,
        offset=reply.offset,
        delay=reply.delay,
        unusable=reply.unusable_because,
    )


def judge(measurement: Measurement, params: Params, limits: Limits) -> list[Finding]:
    where = f"{measurement.target}" + (f" from source port {params.source_ports}" if params.source_ports else "")
    attempts = [o for o in measurement.observations if o.operation in {"connect", "exchange"}]
    answered = next((o for o in attempts if isinstance(o.evidence, NtpEvidence)), None)
    if answered is None or not isinstance(answered.evidence, NtpEvidence):
        failed = next((o for o in reversed(attempts) if o.failure is not None), None)
        if failed is None or failed.failure is None:
            return []
        return [unreached(measurement, failed.failure, f"no time from {where}", *attempts)]
    seen = answered.evidence
    if seen.unusable is not None or seen.offset is None:
        title = f"{where} answered, but no time can be taken from it: {seen.unusable}"
        return [
            finding(measurement, "reach", "pass", title, answered),
            finding(measurement, "usable", "unknown", title, answered),
        ]
    found = [finding(measurement, "reach", "pass", f"{where} gave the time, stratum {seen.stratum}", answered)]
    bound = limits.get("clock.offset")
    if bound is not None:
        offset = abs(seen.offset)
        title = f"this machine's clock differs by {offset:.3f} s"
        verdict = against(bound, offset)
        found.append(
            finding(
                measurement, "offset", verdict, title, answered,
                metric="clock.offset", value=offset, limit=bound.limit.good, source=bound.row,
            )
        )  # fmt: skip
    return found


CHECK = Check(kind="ntp", title="NTP", params=Params, offer=offer, run=run, judge=judge)
