"""HTTP/3 over QUIC on UDP 443 (RFC 9114): informative, since every client falls back to TCP."""

from __future__ import annotations

import msgspec

from probe.context.context import Context
from probe.model.address import Endpoint, Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.failure import Failure
from probe.model.measurement import Measurement
from probe.model.plan import Cost
from probe.model.verdict import Finding
from probe.ports import HttpRequest

from .check import Check
from .connecting import in_order
from .finding import finding
from .https import url_of
from .limits import Limits
from .offering import task_for

_WAIT = 2.0
_MOST = 2
_COST = Cost(packets=14, bytes=9000, seconds=4.0)


class Params(msgspec.Struct, frozen=True, kw_only=True):
    path: str = "/"


def offer(demand: Demand, _: Sampling) -> Offer | None:
    """A couple of hosts are enough: the question is whether UDP 443 passes, not who serves it."""
    if demand.use != "https" or demand.level != "required":
        return None
    contacts = [each for each in demand.contacts if each.port == 443][:_MOST]
    if not contacts or not demand.id.startswith("P"):
        return None
    udp = msgspec.structs.replace(demand, protocol="udp")
    return Offer(
        tasks=[task_for("quic", each, udp, Params(path=each.path), cost=_COST, deadline=20) for each in contacts]
    )


async def run(ctx: Context, target: Target, params: Params) -> None:
    address = in_order(await ctx.addresses(target.host))[0]
    request = HttpRequest(url=url_of(target, "https", params.path), to=Endpoint(address, target.port))
    got = await ctx.attempt(
        "request",
        request.to,
        ctx.net.fetch_quic(request),
        timeout=ctx.patience.service(_WAIT),
        evidence=lambda each: each,
    )
    if not isinstance(got, Failure):
        ctx.metric("quic.response_time", ctx.observations[-1].duration, "s")


def judge(measurement: Measurement, _: Params, __: Limits) -> list[Finding]:
    request = measurement.last("request")
    if request is None:
        return []
    if request.failure is None:
        return [finding(measurement, "reach", "pass", f"{measurement.target} answered over HTTP/3", request)]
    title = f"{measurement.target} gave no answer over HTTP/3, which nothing depends on: {request.failure.detail}"
    return [finding(measurement, "reach", "unknown", title, request)]


CHECK = Check(kind="quic", title="QUIC", params=Params, offer=offer, run=run, judge=judge)
