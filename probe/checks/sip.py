"""SIP OPTIONS inside TLS (RFC 3261 §11): any status line proves that SIP passes; silence proves nothing."""

from __future__ import annotations

import asyncio

import msgspec

from catalog.ranges import parse_ranges
from probe.context.context import Context
from probe.model.address import Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import SipEvidence
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.ports import NetFailure, Stream
from probe.wire import sip, sip_exchange
from probe.wire.sip_reader import Reader

from .check import Check
from .connecting import handshake, reach
from .finding import finding
from .limits import Limits
from .offering import task_for

_ANSWER_WAIT = 4.0
_LIMIT = 256 * 1024
"""Bytes of keepalives and answers to others that are read in wait of ours."""
_COST = Cost(packets=20, bytes=4000, seconds=5.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    source_ports: str | None = None
    dscp: int = 0


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if demand.use != "sip-tls":
        # Behind mutual TLS nobody without a certificate gets as far as SIP.
        return None
    params = Params(source_ports=demand.local_ports, dscp=demand.dscp)
    return Offer(tasks=[task_for("sip", each, demand, params, cost=_COST, deadline=25) for each in demand.contacts])


async def run(ctx: Context, target: Target, params: Params) -> None:
    wanted = parse_ranges(params.source_ports) if params.source_ports else None
    stream = await reach(ctx, target.host, target.port, source_ports=wanted, dscp=params.dscp)
    if isinstance(stream, Failure):
        return
    try:
        secured = await handshake(ctx, stream, target.host)
        if isinstance(secured, Failure):
            return
        answer = await ctx.attempt(
            "exchange",
            stream.remote,
            _options(ctx, secured, target.host, ctx.patience.service(_ANSWER_WAIT)),
            timeout=_ANSWER_WAIT + 1,
            evidence=_evidence,
        )
        if not isinstance(answer, Failure):
            ctx.metric("sip.response_time", ctx.observations[-1].duration, "s")
    finally:
        stream.close()


async def _options(ctx: Context, stream: Stream, host: str, within: float) -> sip.Response:
    """The first response to our OPTIONS, `within` seconds. Raises NetFailure, WireError."""
    identity = "".join(ctx.random.choices("0123456789abcdef", k=16))
    local = str(stream.local)
    request = sip_exchange.options(
        f"sip:{host}",
        transport="TLS",
        sent_by=local,
        branch=identity,
        from_uri=f"sip:callready@{local}",
        from_tag=identity[:8],
        call_id=f"{identity}@callready.invalid",
        contact=f"sip:callready@{local};transport=tls",
        user_agent="callready",
    )
    reader = Reader()
    received = others = 0
    try:
        async with asyncio.timeout(within):
            await stream.send(bytes(request))
            while True:
                data = await stream.receive()
                if not data:
                    raise NetFailure(Failure(kind=FailureKind.CLOSED, detail="closed without a SIP answer"))
                received += len(data)
                if received > _LIMIT:
                    raise NetFailure(Failure(kind=FailureKind.TOO_LARGE, detail=f"{received} bytes without an answer"))
                for message in reader.receive(data):
                    if isinstance(message, sip.Response):
                        if sip_exchange.answers(message, request):
                            return message
                        others += 1
    except TimeoutError:
        failure = Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {within:.1f} s")
        if others:
            detail = f"{others} SIP responses within {within:.1f} s, none to our request"
            failure = Failure(kind=FailureKind.MISMATCH, detail=detail)
        raise NetFailure(failure) from None


def _evidence(response: sip.Response) -> SipEvidence:
    via = sip_exchange.via_parameters(response)
    rport = via.get("rport", "")
    return SipEvidence(
        status=response.status,
        reason=response.reason[:80],
        server=(response.first("Server") or "")[:80] or None,
        received=via.get("received") or None,
        rport=int(rport) if rport.isdecimal() and len(rport) < 6 else None,
    )


def judge(measurement: Measurement, _: Params, __: Limits) -> list[Finding]:
    exchange = measurement.last("exchange")
    if exchange is None:
        return []
    if isinstance(exchange.evidence, SipEvidence):
        status = f"{exchange.evidence.status} {exchange.evidence.reason}".strip()
        return [finding(measurement, "reach", "pass", f"{measurement.target} answered OPTIONS with {status}", exchange)]
    detail = exchange.failure.detail if exchange.failure else "no answer"
    title = f"TLS with {measurement.target} is proven, SIP is inconclusive: {detail}"
    return [finding(measurement, "reach", "unknown", title, exchange)]


CHECK = Check(kind="sip", title="SIP", params=Params, offer=offer, run=run, judge=judge)
