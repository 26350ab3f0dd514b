"""A process that stood still has not heard what came meanwhile: that is no silence of the network."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest

from probe.checks.check import Check
from probe.checks.registry import checks
from probe.context.context import Context
from probe.judge import judge
from probe.model.address import Target
from probe.model.failure import FailureKind

from .fakes import Fakes, hold
from .running import brief, checks_with, run_of, task


class NoParams(msgspec.Struct, frozen=True, kw_only=True):
    pass


async def stand_still(_: Context, __: Target, ___: Any) -> None:
    """Holds up the whole process while the handshake beside it waits, and beyond what anybody waits for it."""
    await asyncio.sleep(0.3)
    _suspend()


def _suspend() -> None:
    time.sleep(2.0)


STANDSTILL = Check(
    kind="standstill", title="standstill", params=NoParams, offer=lambda *_: None, run=stand_still, judge=lambda *_: []
)


@pytest.mark.parametrize("still", [True, False])
async def test_what_was_slept_through_is_no_silence(still: bool) -> None:
    with Fakes() as fakes:
        tasks = [task("tls", fakes.tcp(hold)), *([task("standstill", 0)] if still else [])]
        measured = await run_of(tasks, patience=brief(), checks=checks_with(STANDSTILL)).measure()
    handshake = measured[0].last("handshake")
    assert handshake is not None
    assert handshake.failure is not None
    assert handshake.failure.kind is (FailureKind.STALLED if still else FailureKind.TIMEOUT)
    verdicts = [each.verdict for each in judge(measured[:1], checks(), {})]
    assert verdicts == ([] if still else ["fail"])
