"""Waiting for the datagram that answers ours, among those that do not (RFC 5452 §9.1, RFC 5905 §8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from probe.model.failure import Failure, FailureKind
from probe.ports import Arrival, Datagrams, NetFailure
from probe.wire.error import Mismatch

T = TypeVar("T")


async def first_answer(socket: Datagrams, read: Callable[[Arrival], T], *, within: float) -> T:
    """What `read` makes of the first datagram that it does not raise Mismatch for. Raises NetFailure, and WireError.

    Where answers came within `within` seconds, but none to our question, that is a mismatch and no silence: something
    at the far end was reached.
    """
    ignored, reason = 0, ""
    try:
        async with asyncio.timeout(within):
            while True:
                arrival = await socket.receive()
                try:
                    return read(arrival)
                except Mismatch as mismatch:
                    ignored, reason = ignored + 1, str(mismatch)
    except TimeoutError:
        failure = Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {within:.1f} s")
        if ignored:
            detail = f"{ignored} answers within {within:.1f} s, none to our question: {reason}"
            failure = Failure(kind=FailureKind.MISMATCH, detail=detail)
        raise NetFailure(failure) from None
