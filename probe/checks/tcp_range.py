"""TCP connections over a port range of one host (RFC 9293), for what a site names itself, such as a gateway's ports."""

from __future__ import annotations

from random import Random

import msgspec

from catalog.ranges import merge_ranges, parse_ranges, write_ranges
from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import RangeEvidence
from probe.model.failure import Failure
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding

from .check import Check
from .connecting import in_order
from .finding import finding
from .limits import Limits
from .offering import task_for, ways_of
from .sampling import sample

AT_ONCE = 64
WIDE = 8
"""More ports than this are one task rather than one each."""


class Params(msgspec.Struct, frozen=True, kw_only=True):
    ports: str
    count: int
    seed: int
    at_once: int = AT_ONCE


def offer(demand: Demand, sampling: Sampling) -> Offer | None:
    total = sum(map(len, parse_ranges(demand.ports)))
    if demand.use not in {"sip", "turn"} or demand.protocol != "tcp" or total <= WIDE:
        return None
    params = Params(ports=demand.ports, count=sampling.count, seed=sampling.seed)
    tried = min(total, sampling.count)
    cost = Cost(packets=4 * tried, bytes=240 * tried, seconds=2 + tried / AT_ONCE * 2, bindings=tried)
    tasks = [task_for("tcp-range", each, demand, params, cost=cost, deadline=60) for each in demand.contacts]
    return Offer(tasks=tasks, ways=ways_of(demand, tasks))


async def run(ctx: Context, target: Target, params: Params) -> None:
    address = in_order(await ctx.addresses(target.host))[0]
    ports = sample(parse_ranges(params.ports), params.count, Random(params.seed))

    async def sweep() -> RangeEvidence:
        endpoints = [Endpoint(address, port) for port in ports]
        ctx.random.shuffle(endpoints)
        outcomes = await ctx.net.connect_each(endpoints, waits=ctx.patience, at_once=params.at_once)
        states: dict[str, list[int]] = {"answered": [], "unreachable": [], "rejected": [], "silent": []}
        for to, outcome in zip(endpoints, outcomes, strict=True):
            states[_state(to, outcome)].append(to.port)
        return RangeEvidence(
            destination=address,
            probed=write_ranges(merge_ranges(ports)),
            **{name: write_ranges(merge_ranges(members)) for name, members in states.items()},
        )

    await ctx.attempt("probe", f"{address} {params.ports}", sweep(), timeout=55, evidence=lambda each: each)


def _state(to: Endpoint, outcome: float | Failure) -> str:
    if isinstance(outcome, float):
        return "answered"
    if outcome.kind.silent:
        return "silent"
    return "unreachable" if outcome.reporter in {None, to.address} and not outcome.kind.local else "rejected"


def judge(measurement: Measurement, params: Params, _: Limits) -> list[Finding]:
    seen = measurement.last("probe")
    if seen is None or not isinstance(seen.evidence, RangeEvidence):
        return []
    evidence = seen.evidence
    missing = ", ".join(filter(None, (evidence.silent, evidence.rejected)))
    if missing:
        title = f"{measurement.target.host} did not answer on TCP ports {missing} of {params.ports}"
        return [finding(measurement, "reach", "fail", title, seen, value=missing, limit=params.ports)]
    closed = f"; {evidence.unreachable} closed there, but reached" if evidence.unreachable else ""
    title = f"{measurement.target.host} answered on all TCP ports tried of {params.ports}{closed}"
    return [finding(measurement, "reach", "pass", title, seen)]


CHECK = Check(kind="tcp-range", title="TCP range", params=Params, offer=offer, run=run, judge=judge)
