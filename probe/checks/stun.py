"""STUN Binding over UDP 5004 and 9000, retransmitted as RFC 8489 §6.2.1 says; mapped address and round trip."""

from __future__ import annotations

import asyncio

import msgspec

from catalog.ranges import parse_ranges
from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import StunEvidence
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.ports import Datagrams, NetFailure
from probe.wire import stun
from probe.wire.stun_attributes import ErrorCode, MappedAddress, Software, XorMappedAddress
from probe.wire.stun_discovery import OtherAddress
from probe.wire.stun_transaction import BindingTransaction

from .check import Check
from .connecting import in_order
from .finding import finding, unreached
from .limits import Limits
from .offering import with_controls

_SENDS, _LAST_WAIT = 4, 3
_TRANSACTION_WAIT = 6.0
_COST = Cost(packets=_SENDS, bytes=_SENDS * 60, seconds=5.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    source_ports: str | None = None
    dscp: int = 0


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if demand.use != "stun" or demand.protocol != "udp":
        return None
    params = Params(source_ports=demand.local_ports, dscp=demand.dscp)
    return with_controls("stun", demand, params, cost=_COST, deadline=20)


async def run(ctx: Context, target: Target, params: Params) -> None:
    wanted = parse_ranges(params.source_ports) if params.source_ports else None
    for address in in_order(await ctx.addresses(target.host))[:2]:
        to = Endpoint(address, target.port)
        socket = await ctx.attempt(
            "connect", to, ctx.net.datagrams(to, source_ports=wanted, dscp=params.dscp), timeout=None
        )
        if isinstance(socket, Failure):
            continue
        try:
            answer = await ctx.attempt(
                "exchange", to, binding(ctx, socket), timeout=_TRANSACTION_WAIT, evidence=lambda each: each
            )
        finally:
            socket.close()
        if not isinstance(answer, Failure):
            ctx.patience.lossy |= answer.sends > 1
            if answer.round_trip is not None:
                ctx.metric("stun.rtt", answer.round_trip, "s")
                ctx.patience.learn(answer.round_trip)
            return


async def binding(ctx: Context, socket: Datagrams) -> StunEvidence:
    """One Binding transaction. Raises NetFailure: an ICMP error, or silence to every send."""
    transaction_id = ctx.random.randbytes(12)
    request = bytes(stun.binding_request(transaction_id))
    transaction = BindingTransaction(transaction_id, request, rc=_SENDS, rm=_LAST_WAIT)
    while transaction.outcome is None:
        for datagram in transaction.datagrams_to_send(ctx.clock.now()):
            socket.send(datagram)
        due = transaction.timer()
        if due is None:
            break
        try:
            async with asyncio.timeout(max(0.0, due - ctx.clock.now())):
                arrival = await socket.receive()
        except TimeoutError:
            continue
        response = transaction.receive(arrival.data, arrival.at)
        if response is not None:
            return _evidence(response, socket, transaction)
    detail = f"no answer to {transaction.sends} Binding requests"
    if transaction.ignored:
        detail = f"{transaction.ignored} answers, none to our request: {transaction.ignored_because}"
        raise NetFailure(Failure(kind=FailureKind.MISMATCH, detail=detail))
    raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=detail))


def _evidence(response: stun.Message, socket: Datagrams, transaction: BindingTransaction) -> StunEvidence:
    mapped = response.find(XorMappedAddress)
    plain = response.find(MappedAddress)
    other = response.find(OtherAddress)
    software = response.find(Software)
    error = response.find(ErrorCode)
    return StunEvidence(
        mapped=Endpoint(mapped.host, mapped.port) if mapped else None,
        sends=transaction.sends,
        round_trip=transaction.outcome.rtt if transaction.outcome else None,
        local=socket.local,
        remote=socket.remote,
        software=software.text[:80] if software else None,
        error_code=error.code if error else None,
        other_address=Endpoint(other.host, other.port) if other else None,
        plain_mapped=Endpoint(plain.host, plain.port) if plain else None,
    )


def judge(measurement: Measurement, _: Params, __: Limits) -> list[Finding]:
    exchanges = [o for o in measurement.observations if o.operation in {"connect", "exchange"}]
    answered = next((o for o in exchanges if isinstance(o.evidence, StunEvidence)), None)
    if answered is not None and isinstance(answered.evidence, StunEvidence):
        mapped = answered.evidence.mapped
        title = f"{measurement.target} answered" + (f", sees us as {mapped}" if mapped else "")
        return [finding(measurement, "reach", "pass", title, answered)]
    failed = next((o for o in reversed(exchanges) if o.failure is not None), None)
    if failed is None or failed.failure is None:
        return []
    if failed.failure.kind is FailureKind.PORT_UNREACHABLE and _from_target(failed.target, failed.failure):
        title = f"{measurement.target} does not listen, but its ICMP answer proves the path"
        return [finding(measurement, "reach", "pass", title, failed)]
    return [unreached(measurement, failed.failure, f"no STUN answer from {measurement.target}", *exchanges)]


def _from_target(target: str, failure: Failure) -> bool:
    return failure.reporter is not None and target.rpartition(":")[0].strip("[]") == failure.reporter


CHECK = Check(kind="stun", title="STUN", params=Params, offer=offer, run=run, judge=judge)
