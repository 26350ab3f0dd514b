"""Answers over a UDP port range from a far end that serves it: a responder or the lab (proof without one is egress)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import pairwise
from random import Random
from typing import Literal

import msgspec

from catalog.ranges import PortRange, merge_ranges, parse_ranges, write_ranges
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

_AT_ONCE = 64
"""Ports tried at a time: as many NAT bindings as a few phones make."""
_MOST_STRETCHES = 8
_PARTS = 16
"""Into which the search for a border cuts what is left, at each step."""
_MORE_TRIES = 5
"""Of a silent port beside an answering one, in a run that has met loss."""
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
    ranges = parse_ranges(params.ports)
    ports = sample(ranges, params.count, Random(params.seed))
    sweep = _Sweep(ctx, address, parse_ranges(params.source_ports) if params.source_ports else None, params.dscp)

    async def all_ports() -> RangeEvidence:
        await sweep.probe(ports)
        if sweep.untried is not None and not sweep.states:
            raise NetFailure(sweep.untried)
        missing = await sweep.stretches(ranges)
        states = {name: [p for p, state in sweep.states.items() if state == name] for name in _STATES}
        return RangeEvidence(
            destination=address,
            probed=write_ranges(merge_ranges(sweep.states)),
            missing=write_ranges(missing),
            **{name: write_ranges(merge_ranges(members)) for name, members in states.items()},
        )

    await ctx.attempt("probe", f"{address} {params.ports}", all_ports(), timeout=55, evidence=lambda each: each)
    ctx.metric("udp.ports_probed", len(sweep.states), "count")
    ctx.metric("udp.ports_answered", sum(state == "answered" for state in sweep.states.values()), "count")


class _Sweep:
    """Probes ports of one destination, and remembers what each said."""

    def __init__(self, ctx: Context, address: str, source: SourcePorts, dscp: int) -> None:
        self._ctx = ctx
        self._address = address
        self._source = source
        self._dscp = dscp
        self.states: dict[int, State] = {}
        self.untried: Failure | None = None
        """Why this host could not try a port: that port has no state, and nothing is said of it."""

    async def probe(self, ports: Iterable[int]) -> None:
        """Every port once quickly; then the silent ones once patiently, and once more those that loss may have hit."""
        order = [port for port in ports if port not in self.states]
        self._ctx.random.shuffle(order)
        await self._all(order, lambda: self._ctx.patience.quick)
        silent = [port for port in order if self.states.get(port) == "silent"]
        began = self._ctx.clock.now()
        await self._all(silent, lambda: self._ctx.patience.patient)
        if self._ctx.stood_still(began):
            # Answers may have come unheard.
            await self._all(silent, lambda: self._ctx.patience.patient)
        self._ctx.patience.lossy |= any(self.states[port] == "answered" for port in silent)
        for _ in range(_MORE_TRIES if self._ctx.patience.lossy else 0):
            await self._all(self._alone(order), lambda: self._ctx.patience.quick)

    def _alone(self, ports: list[int]) -> list[int]:
        """Silent ones beside a port that answers: loss hits single ports, a firewall's rule hits stretches."""
        beside = {
            port
            for before, after in pairwise(sorted(self.states))
            if (self.states[before] == "answered") != (self.states[after] == "answered")
            for port in (before, after)
        }
        return [port for port in ports if port in beside and self.states.get(port) == "silent"]

    async def _all(self, ports: list[int], wait: Callable[[], float]) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(port: int) -> None:
            async with gate:
                outcome = await self._one(Endpoint(self._address, port), wait())
                if isinstance(outcome, Failure):
                    self.untried = outcome
                else:
                    self.states[port] = outcome

        async with asyncio.TaskGroup() as group:
            for port in ports:
                group.create_task(one(port))

    async def _one(self, to: Endpoint, wait: float) -> State | Failure:
        """A STUN Binding to one port; a Failure where this host could not send it."""
        ctx = self._ctx
        try:
            socket = await ctx.net.datagrams(to, source_ports=self._source, dscp=self._dscp)
        except NetFailure as error:
            return error.failure
        transaction_id = ctx.random.randbytes(12)
        try:
            socket.send(bytes(stun.binding_request(transaction_id)))
            async with asyncio.timeout(wait):
                while not _answers((await socket.receive()).data, transaction_id):
                    continue
        except TimeoutError:
            return "silent"
        except NetFailure as error:
            return _icmp(error.failure, to)
        finally:
            socket.close()
        return "answered"

    async def stretches(self, ranges: tuple[PortRange, ...]) -> list[PortRange]:
        """Where answers are missing, to the port; left as sampled where answers and silence alternate too often."""
        found = [each for whole in ranges for each in _runs(self.states, whole)]
        if len(found) > _MOST_STRETCHES:
            return found
        ends = await asyncio.gather(*(self._ends(each, ranges) for each in found))
        return list(merge_ranges(ends))

    async def _ends(self, run: PortRange, ranges: tuple[PortRange, ...]) -> PortRange:
        whole = next(each for each in ranges if run.first in each)
        before = max((p for p in self.states if p < run.first and p in whole), default=None)
        after = min((p for p in self.states if p > run.last and p in whole), default=None)
        first = run.first if before is None else await self._border(before, run.first)
        last = run.last if after is None else await self._border(after, run.last)
        return PortRange(first, last)

    async def _border(self, answers: int, missing: int) -> int:
        """The outermost port without an answer, between one that answers and one that does not."""
        step = 1 if missing > answers else -1
        while (gap := abs(missing - answers)) > 1:
            # Several at a time: silence takes long to be sure of.
            parts = min(_PARTS, gap)
            between = [answers + step * (gap * part // parts) for part in range(1, parts)]
            await self.probe(between)
            if any(port not in self.states for port in between):
                return missing
            path = [answers, *between, missing]
            first = next(
                i for i, port in enumerate(path) if i and (self.states[port] not in _ARRIVED or port == missing)
            )
            answers, missing = path[first - 1], path[first]
        return missing


_STATES: tuple[State, ...] = ("answered", "unreachable", "rejected", "silent")
_ARRIVED = {"answered", "unreachable"}


def _runs(states: dict[int, State], whole: PortRange) -> list[PortRange]:
    """Neighbouring sampled ports without an answer, as ranges from the first to the last of them."""
    runs: list[PortRange] = []
    previous_missing = False
    for port in sorted(each for each in states if each in whole):
        missing = states[port] not in _ARRIVED
        if missing and previous_missing:
            runs[-1] = PortRange(runs[-1].first, port)
        elif missing:
            runs.append(PortRange(port, port))
        previous_missing = missing
    return runs


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
    missing = evidence.missing
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
