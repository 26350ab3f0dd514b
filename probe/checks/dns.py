"""Every configured resolver over UDP or TCP 53: A, AAAA and SRV, truncation, latency (RFC 1035, RFC 7766, RFC 2782)."""

from __future__ import annotations

from statistics import median

import msgspec

from probe.context import names
from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import DnsEvidence, ServiceRecord
from probe.model.failure import Failure
from probe.model.measurement import Measurement, Observation
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.wire import dns

from .check import Check
from .finding import against, finding, unreached
from .limits import Limits
from .offering import task_for, ways_of

_REPEATS = 3
_BEYOND = 1.0
"""Seconds beyond the exchange's own limit, after which something is wrong with us."""
_COST = Cost(packets=12, bytes=1000, seconds=4.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    transport: str
    name: str
    """Asked for its addresses."""
    service: str | None = None
    """Asked for its SRV record."""


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if demand.use != "dns":
        return None
    tasks = []
    for contact in demand.contacts:
        name, __, service = contact.path.partition(" ")
        params = Params(transport=demand.protocol, name=name, service=service or None)
        tasks.append(task_for("dns", contact, demand, params, cost=_COST, deadline=20))
    return Offer(tasks=tasks, ways=ways_of(demand, tasks))


async def run(ctx: Context, target: Target, params: Params) -> None:
    server = Endpoint(target.host, target.port)
    round_trips: list[float] = []
    questions = [(params.name, "A"), (params.name, "AAAA")]
    if params.service:
        questions.append((params.service, "SRV"))
    questions += [(params.name, "A")] * _REPEATS
    in_full = True
    for name, rdtype in questions if params.transport == "udp" else questions[:1]:
        got = await _ask(ctx, server, params.transport, name, rdtype)
        if isinstance(got, Failure):
            if got.kind.silent or got.kind.local:
                return
            continue
        round_trips.append(got.round_trip)
        if got.answer.truncated and in_full:
            # A TCP side that leaves one question unanswered is not asked every one of them.
            in_full = not isinstance(await _ask(ctx, server, "tcp", name, rdtype), Failure)
    if len(round_trips) > _REPEATS:
        # What a cold cache costs is the first question's; the rest show the way to the resolver.
        ctx.metric("dns.first_latency", round_trips[0], "s")
        ctx.metric("dns.latency", median(round_trips[-_REPEATS:]), "s")
        ctx.patience.learn(median(round_trips[-_REPEATS:]))


async def _ask(ctx: Context, server: Endpoint, transport: str, name: str, rdtype: str) -> names.Exchanged | Failure:
    """Silence is confirmed, patiently."""
    exchange = names.exchange_tcp if transport == "tcp" else names.exchange_udp
    for tries, wait in enumerate(ctx.patience.waits()):
        answer = await ctx.attempt(
            "exchange",
            f"{server}/{transport} {name} {rdtype}",
            exchange(ctx.net, server, name, rdtype, ctx.random, within=wait),
            timeout=wait + _BEYOND,
            evidence=lambda each: _evidence(each.answer, server, transport, name, rdtype),
        )
        if not isinstance(answer, Failure):
            ctx.patience.lossy |= tries > 0
            break
        if not answer.kind.silent:
            break
    return answer


def _evidence(answer: dns.Answer, server: Endpoint, transport: str, name: str, rdtype: str) -> DnsEvidence:
    return DnsEvidence(
        name=name,
        rdtype=rdtype,
        server=server,
        transport=transport,
        rcode=answer.rcode,
        answers=[each.data for each in answer.records][:32],
        services=[
            ServiceRecord(each.service.priority, each.service.weight, each.service.port, each.service.target)
            for each in answer.records
            if each.service is not None
        ][:32],
        truncated=answer.truncated,
    )


def judge(measurement: Measurement, params: Params, limits: Limits) -> list[Finding]:
    exchanges = [o for o in measurement.observations if o.operation == "exchange"]
    answers = [(o, o.evidence) for o in exchanges if isinstance(o.evidence, DnsEvidence)]
    where = f"resolver {measurement.target.host} over {params.transport.upper()}"
    if not answers:
        failed = next((o for o in reversed(exchanges) if o.failure is not None), None)
        if failed is None or failed.failure is None:
            return []
        return [unreached(measurement, failed.failure, f"{where} gives no answer", *exchanges)]
    seen = [o for o, _ in answers]
    found = [finding(measurement, "reach", "pass", f"{where} answers", *seen[:1])]
    if all(evidence.rcode in {"SERVFAIL", "REFUSED"} for _, evidence in answers):
        rcode = answers[0][1].rcode
        title = f"{where} answers every question with {rcode}"
        found.append(finding(measurement, "resolves", "fail", title, *seen, value=rcode))
    found += _latency(measurement, limits, where, seen)
    return found


def _latency(measurement: Measurement, limits: Limits, where: str, seen: list[Observation]) -> list[Finding]:
    bound = limits.get("dns.latency")
    metric = next((m for m in measurement.metrics if m.name == "dns.latency"), None)
    if bound is None or metric is None:
        return []
    title = f"{where} answers in {metric.value * 1000:.0f} ms"
    return [
        finding(
            measurement, "latency", against(bound, metric.value), title, *seen[-_REPEATS:],
            metric="dns.latency", value=metric.value, limit=bound.limit.good, source=bound.row,
        )
    ]  # fmt: skip


CHECK = Check(kind="dns", title="DNS", params=Params, offer=offer, run=run, judge=judge)
