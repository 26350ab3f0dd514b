"""HTTPS to a named host: any status proves the path, the chain is judged; WebSocket upgrade where used (RFC 9110)."""

from __future__ import annotations

import msgspec

from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.evidence import HttpEvidence, TlsEvidence
from probe.model.failure import Failure
from probe.model.measurement import Measurement, Observation, Operation
from probe.model.plan import Cost, Task
from probe.model.verdict import Finding
from probe.ports import HttpRequest

from . import certificates
from .check import Check
from .connecting import in_order
from .finding import finding, unreached
from .limits import Limits
from .offering import task_for, ways_of

_WAIT = 8.0
_COST = Cost(packets=24, bytes=4500, seconds=4.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    path: str = "/"
    scheme: str = "https"
    websocket: bool = False


def offer(demand: Demand, _: Sampling) -> Offer | None:
    if demand.use not in {"https", "http"}:
        return None
    tasks: list[Task] = []
    for contact in demand.contacts:
        params = Params(path=contact.path, scheme=demand.use, websocket=contact.websocket)
        tasks.append(task_for("https", contact, demand, params, cost=_COST, deadline=35))
    return Offer(tasks=tasks, ways=ways_of(demand, tasks))


def url_of(target: Target, scheme: str, path: str) -> str:
    usual = {"https": 443, "http": 80}.get(scheme)
    port = "" if target.port == usual else f":{target.port}"
    return f"{scheme}://{target.host}{port}{path}"


async def run(ctx: Context, target: Target, params: Params) -> None:
    url = url_of(target, params.scheme, params.path)
    for address in in_order(await ctx.addresses(target.host)):
        to = Endpoint(address, target.port)
        # TCP first, by itself: it costs one connection and tells a silent port from a silent service.
        stream = await ctx.connect(to)
        if isinstance(stream, Failure):
            continue
        stream.close()
        reply = await _fetch(ctx, HttpRequest(url=url, to=to))
        if reply is None:
            continue
        if params.websocket:
            await _fetch(ctx, HttpRequest(url=url, to=to, websocket=True))
        return


async def _fetch(ctx: Context, request: HttpRequest) -> HttpEvidence | None:
    operation: Operation = "upgrade" if request.websocket else "request"
    seen: list[TlsEvidence] = []

    async def exchange() -> HttpEvidence:
        reply = await ctx.net.fetch(request)
        if reply.tls is not None:
            seen.append(reply.tls)
        if not request.websocket:
            ctx.metric("https.connect_time", reply.connect_time, "s")
            ctx.metric("https.response_time", reply.request_time, "s")
        return reply.http

    got = await ctx.attempt(
        operation, request.url, exchange(), timeout=ctx.patience.service(_WAIT), evidence=lambda each: each
    )
    if seen and not request.websocket:
        ctx.note("handshake", request.url, seen[0])
    return None if isinstance(got, Failure) else got


def judge(measurement: Measurement, params: Params, _: Limits) -> list[Finding]:
    request = measurement.last("request")
    connects = [o for o in measurement.observations if o.operation == "connect"]
    if request is None:
        failed = next((o for o in reversed(connects) if o.failure is not None), None)
        if failed is None or failed.failure is None:
            return []
        return [unreached(measurement, failed.failure, f"no TCP connection to {measurement.target}", *connects)]
    handshake = measurement.last("handshake")
    tls = handshake.evidence if handshake and isinstance(handshake.evidence, TlsEvidence) else None
    if tls is None and isinstance(request.evidence, TlsEvidence):
        handshake, tls = request, request.evidence
    found = [_reach(measurement, request), *certificates.too_old(measurement, request)]
    if tls is not None and handshake is not None:
        found += certificates.findings(measurement, handshake, tls)
    if params.websocket:
        found += _websocket(measurement)
    return found


def _reach(measurement: Measurement, request: Observation) -> Finding:
    if isinstance(request.evidence, HttpEvidence):
        title = f"{measurement.target} answered with HTTP status {request.evidence.status}"
        return finding(measurement, "reach", "pass", title, request, value=request.evidence.status)
    failure = request.failure
    title = f"{measurement.target} accepts TCP but gives no HTTP answer: {failure.detail if failure else 'none'}"
    return finding(measurement, "reach", "fail", title, request, value=failure.kind.value if failure else None)


def _websocket(measurement: Measurement) -> list[Finding]:
    """Without an account the far end may decline the upgrade: only its grant proves something."""
    upgrade = measurement.last("upgrade")
    if upgrade is None:
        return []
    if isinstance(upgrade.evidence, HttpEvidence) and upgrade.evidence.websocket:
        return [finding(measurement, "websocket", "pass", f"{measurement.target} upgraded to WebSocket", upgrade)]
    said = "gave no answer"
    if isinstance(upgrade.evidence, HttpEvidence):
        said = f"answered {upgrade.evidence.status}, which it may to a stranger"
    title = f"asked for a WebSocket, {measurement.target} {said}"
    return [finding(measurement, "websocket", "unknown", title, upgrade)]


CHECK = Check(kind="https", title="HTTPS", params=Params, offer=offer, run=run, judge=judge)
