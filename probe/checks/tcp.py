"""A TCP connection and nothing more (RFC 9293): for plain services, and for hosts that a site adds itself."""

from __future__ import annotations

import msgspec

from catalog.ranges import parse_ranges
from probe.context.context import Context
from probe.model.address import Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.failure import Failure
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding

from .check import Check
from .connecting import reach
from .finding import finding, unreached
from .limits import Limits
from .offering import task_for, ways_of
from .tcp_range import WIDE

_COST = Cost(packets=6, bytes=400, seconds=4.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    source_ports: str | None = None
    dscp: int = 0


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if (
        demand.use not in {"sip", "turn"}
        or demand.protocol != "tcp"
        or sum(map(len, parse_ranges(demand.ports))) > WIDE
    ):
        return None
    params = Params(source_ports=demand.local_ports, dscp=demand.dscp)
    tasks = [task_for("tcp", each, demand, params, cost=_COST, deadline=15) for each in demand.contacts]
    return Offer(tasks=tasks, ways=ways_of(demand, tasks))


async def run(ctx: Context, target: Target, params: Params) -> None:
    wanted = parse_ranges(params.source_ports) if params.source_ports else None
    stream = await reach(ctx, target.host, target.port, source_ports=wanted, dscp=params.dscp)
    if not isinstance(stream, Failure):
        ctx.metric("tcp.connect_time", ctx.took("connect"), "s")
        stream.close()


def judge(measurement: Measurement, _: Params, __: Limits) -> list[Finding]:
    where = str(measurement.target)
    attempts = [o for o in measurement.observations if o.operation == "connect"]
    connected = next((o for o in attempts if o.failure is None), None)
    if connected is not None:
        return [finding(measurement, "reach", "pass", f"{where} accepts TCP", connected)]
    if not attempts or attempts[-1].failure is None:
        return []
    return [unreached(measurement, attempts[-1].failure, f"no TCP connection to {where}", *attempts)]


CHECK = Check(kind="tcp", title="TCP", params=Params, offer=offer, run=run, judge=judge)
