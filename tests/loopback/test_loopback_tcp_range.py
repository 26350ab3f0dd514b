"""TCP over a range of ports: open, refused and silent told apart, in few seconds, with nothing left open."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from probe.model.address import Endpoint
from probe.model.evidence import RangeEvidence
from probe.model.failure import Failure, FailureKind

from .fakes import LOCAL, closed_port
from .leaks import tasks_left
from .running import LoopbackNet, brief, run_of, task


@pytest.fixture
def full() -> Iterator[int]:
    """A port whose queue of connections is full: Linux drops further SYNs in silence."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind((LOCAL, 0))
        listener.listen(0)
        for _ in range(2):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture
def serving() -> Iterator[list[int]]:
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server((LOCAL, 0))) for _ in range(40)]
        yield [each.getsockname()[1] for each in listeners]


async def test_open_refused_and_silent(serving: list[int], full: int) -> None:
    refused = closed_port()
    endpoints = [Endpoint(LOCAL, port) for port in [*serving, refused, full]]
    before = time.monotonic()
    outcomes = await LoopbackNet().connect_each(endpoints, waits=brief(), at_once=7)
    assert all(isinstance(each, float) for each in outcomes[:40])
    kinds = [each.kind for each in outcomes[40:] if isinstance(each, Failure)]
    assert kinds == [FailureKind.REFUSED, FailureKind.TIMEOUT]
    assert time.monotonic() - before < 3
    assert not tasks_left()


async def test_a_host_that_cannot_send_says_so_at_once() -> None:
    (outcome,) = await LoopbackNet().connect_each([Endpoint("255.255.255.255", 9)], waits=brief(), at_once=1)
    assert isinstance(outcome, Failure)
    assert not outcome.kind.silent


async def test_the_check_reports_ranges(serving: list[int], full: int) -> None:
    ports = ", ".join(map(str, sorted({*serving, full})))
    asked = task("tcp-range", 0, ports=ports, count=1000, seed=1, at_once=8)
    (measured,) = await run_of([asked], patience=brief()).measure()
    assert measured.status == "done"
    evidence = measured.observations[-1].evidence
    assert isinstance(evidence, RangeEvidence)
    assert evidence.silent == str(full)
    assert evidence.rejected == evidence.unreachable == ""
