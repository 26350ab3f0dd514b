"""Reaching a name over TCP: resolve it, then race its addresses as Happy Eyeballs does (RFC 8305)."""

from __future__ import annotations

import asyncio
from itertools import chain, zip_longest

from probe.context.context import Context
from probe.model.address import Endpoint
from probe.model.failure import Failure
from probe.ports import SourcePorts, Stream, TlsStream

HANDSHAKE_WAIT = 6.0
"""Seconds for a TLS handshake with a slow but honest server."""
ATTEMPT_DELAY = 0.25
"""Seconds before the next address is tried beside the last (RFC 8305 §5)."""
MOST_ADDRESSES = 4


def in_order(addresses: list[str]) -> list[str]:
    """IPv6 first, then alternating (RFC 8305 §4), at most four."""
    six = [each for each in addresses if ":" in each]
    four = [each for each in addresses if ":" not in each]
    mixed = chain.from_iterable(zip_longest(six, four))
    return [each for each in mixed if each is not None][:MOST_ADDRESSES]


async def reach(
    ctx: Context, host: str, port: int, *, source_ports: SourcePorts = None, dscp: int = 0
) -> Stream | Failure:
    """A stream to the first address of `host` that answers, or the failure of the first. Skips if it has no address."""
    first, *others = (Endpoint(each, port) for each in in_order(await ctx.addresses(host)))
    if not others:
        return await ctx.connect(first, source_ports=source_ports, dscp=dscp)
    return await _race(ctx, [first, *others], source_ports, dscp)


async def handshake(ctx: Context, stream: Stream, host: str) -> TlsStream | Failure:
    """TLS on `stream`, with `host` as the server's name; the chain is in the observation's evidence."""
    return await ctx.attempt(
        "handshake",
        stream.remote,
        ctx.net.secure(stream, server_name=host),
        timeout=ctx.patience.service(HANDSHAKE_WAIT),
        evidence=lambda secured: secured.evidence,
    )


async def _race(ctx: Context, candidates: list[Endpoint], source_ports: SourcePorts, dscp: int) -> Stream | Failure:
    attempts: list[asyncio.Task[Stream | Failure]] = []
    winner: Stream | None = None
    try:
        for to in candidates:
            attempts.append(asyncio.create_task(ctx.connect(to, source_ports=source_ports, dscp=dscp)))
            under_way = [each for each in attempts if not each.done()]
            await asyncio.wait(under_way, timeout=ATTEMPT_DELAY, return_when=asyncio.FIRST_COMPLETED)
            winner = _first_stream(attempts)
            if winner is not None:
                return winner
        while under_way := [each for each in attempts if not each.done()]:
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            winner = _first_stream(attempts)
            if winner is not None:
                return winner
        return attempts[0].result()
    finally:
        await _abandon(attempts, winner)


def _first_stream(attempts: list[asyncio.Task[Stream | Failure]]) -> Stream | None:
    results = [each.result() for each in attempts if each.done()]
    return next((each for each in results if not isinstance(each, Failure)), None)


async def _abandon(attempts: list[asyncio.Task[Stream | Failure]], winner: Stream | None) -> None:
    """Ends the attempts still under way and closes every stream but the winner."""
    for each in attempts:
        each.cancel()
    for late in await asyncio.gather(*attempts, return_exceptions=True):
        if late is not winner and not isinstance(late, Failure | BaseException):
            late.close()
