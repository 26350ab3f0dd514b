"""Answers over a UDP port range from a far end that serves it: a responder or the lab (proof without one is egress)."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Literal

import msgspec

from catalog.ranges import merge_ranges, parse_ranges, write_ranges
from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import RangeEvidence
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.ports import NetFailure, SourcePorts
from probe.quality.statistics import blocked_share_bound
from probe.wire import stun
from probe.wire.error import WireError

from .check import Check
from .connecting import in_order
from .finding import finding
from .limits import Limits
from .offering import task_for, ways_of
from .sampling import sample

_AT_ONCE = 16
"""Ports tried at a time: as many NAT bindings as a few phones make."""
_PACKET = 48

State = Literal["answered", "unreachable", "rejected", "silent"]


class Params(msgspec.Struct, frozen=True, kw_only=True):
    ports: str
    count: int
    seed: int
    source_ports: str | None = None
    dscp: int = 0


def offer(demand: Demand, sampling: Sampling) -> Offer | None:
    if demand.use not in {"audio", "video", "srtp"}:
        return None
    params = Params(
        ports=demand.ports,
        count=sampling.count,
        seed=sampling.seed,
        source_ports=demand.local_ports,
        dscp=demand.dscp,
    )
    total = min(sampling.count, sum(map(len, parse_ranges(demand.ports))))
    cost = Cost(packets=total * 2, bytes=total * 2 * _PACKET, seconds=2 + total / 100, bindings=total)
    tasks = [task_for("udp-range", each, demand, params, cost=cost, deadline=60) for each in demand.contacts]
    return Offer(tasks=tasks, ways=ways_of(demand, tasks))


async def run(ctx: Context, target: Target, params: Params) -> None:
    address = in_order(await ctx.addresses(target.host))[0]
    ports = sample(parse_ranges(params.ports), params.count, Random(params.seed))
    source = parse_ranges(params.source_ports) if params.source_ports else None
    order = ports.copy()
    ctx.random.shuffle(order)
    states: dict[int, State] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(port: int) -> None:
        async with gate:
            states[port] = await _probe(ctx, Endpoint(address, port), source, params.dscp)

    async def all_ports() -> RangeEvidence:
        async with asyncio.TaskGroup() as group:
            for port in order:
                group.create_task(one(port))
        return RangeEvidence(
            destination=address,
            probed=_ranges(ports),
            **{name: _ranges(p for p, state in states.items() if state == name) for name in _STATES},
        )

    await ctx.attempt("probe", f"{address} {params.ports}", all_ports(), timeout=55, evidence=lambda each: each)
    ctx.metric("udp.ports_probed", len(ports), "count")
    ctx.metric("udp.ports_answered", sum(state == "answered" for state in states.values()), "count")


_STATES: tuple[State, ...] = ("answered", "unreachable", "rejected", "silent")


def _ranges(ports: object) -> str:
    return write_ranges(merge_ranges(ports))  # type: ignore[arg-type]


async def _probe(ctx: Context, to: Endpoint, source: SourcePorts, dscp: int) -> State:
    """A STUN Binding to one port, once quickly and once patiently."""
    try:
        socket = await ctx.net.datagrams(to, source_ports=source, dscp=dscp)
    except NetFailure:
        return "rejected"
    try:
        for wait in (ctx.patience.quick, ctx.patience.patient):
            transaction_id = ctx.random.randbytes(12)
            try:
                socket.send(bytes(stun.binding_request(transaction_id)))
                async with asyncio.timeout(wait):
                    while not _answers((await socket.receive()).data, transaction_id):
                        continue
            except TimeoutError:
                continue
            except NetFailure as error:
                return _icmp(error.failure, to)
            return "answered"
        return "silent"
    finally:
        socket.close()


def _answers(data: bytes, transaction_id: bytes) -> bool:
    """A Binding response, or our own bytes from a plain echo."""
    try:
        return stun.parse(data).transaction_id == transaction_id
    except WireError:
        return False


def _icmp(failure: Failure, to: Endpoint) -> State:
    if failure.kind is FailureKind.PORT_UNREACHABLE and failure.reporter == to.address:
        return "unreachable"
    return "rejected"


def judge(measurement: Measurement, params: Params, _: Limits) -> list[Finding]:
    seen = measurement.last("probe")
    if seen is None:
        return []
    if not isinstance(seen.evidence, RangeEvidence):
        title = f"{measurement.target} ports {params.ports}: {seen.failure.detail if seen.failure else 'nothing seen'}"
        return [finding(measurement, "reach", "unknown", title, seen)]
    evidence = seen.evidence
    arrived = _count(evidence.answered) + _count(evidence.unreachable)
    missing = ", ".join(filter(None, (evidence.silent, evidence.rejected)))
    if not missing:
        total = sum(map(len, parse_ranges(params.ports)))
        bound = blocked_share_bound(tested=arrived, population=total)
        title = f"{measurement.target.host} answered on all {arrived} ports tried of {params.ports}"
        return [finding(measurement, "reach", "pass", title, seen, metric="udp.blocked_share", value=bound)]
    title = f"{measurement.target.host} did not answer on ports {missing} of {params.ports}"
    return [finding(measurement, "reach", "fail", title, seen, value=missing, limit=params.ports)]


def _count(ranges: str) -> int:
    return sum(map(len, parse_ranges(ranges))) if ranges else 0


CHECK = Check(kind="udp-range", title="UDP range", params=Params, offer=offer, run=run, judge=judge)
