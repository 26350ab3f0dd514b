"""Local ports out of a persona's range, shared by many checks, and by other programs."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest

from catalog.ranges import PortRange
from probe.checks.registry import checks
from probe.model.address import Endpoint
from probe.model.evidence import ConnectEvidence
from probe.model.failure import FailureKind
from probe.ports import NetFailure

from .fakes import LOCAL, Fakes, answering, hold
from .leaks import tasks_left
from .running import LoopbackNet, failure_of, measure, task


def free_range(size: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> PortRange:
    """Consecutive ports below the ephemeral ones that nobody holds."""
    for first in range(20000, 32000, size):
        with ExitStack() as held:
            try:
                for port in range(first, first + size):
                    sock = held.enter_context(socket.socket(socket.AF_INET, kind))
                    sock.bind(("0.0.0.0", port))
            except OSError:
                continue
            return PortRange(first, first + size - 1)
    raise AssertionError("no ports are free")


def test_the_range_is_honoured(fakes: Fakes) -> None:
    wanted = free_range(3)
    port = fakes.tcp(hold)
    measured = measure(*(task("tcp", port, id=f"{n}", source_ports=str(wanted)) for n in range(3)))
    locals_ = [each.observations[-1].evidence for each in measured]
    assert all(isinstance(each, ConnectEvidence) and each.local.port in wanted for each in locals_)


def test_checks_that_share_one_port_wait_for_each_other(fakes: Fakes) -> None:
    wanted = free_range(1)
    port = fakes.tcp(hold)
    measured = measure(*(task("tcp", port, id=f"{n}", source_ports=str(wanted)) for n in range(12)))
    connects = [o for each in measured for o in each.observations if o.operation == "connect"]
    assert [o.failure for o in connects] == [None] * 12


def test_waiting_for_a_port_is_no_silence_of_the_network(fakes: Fakes) -> None:
    """One holds the only port for longer than another would wait for an answer: nothing was sent, nothing dropped."""
    wanted = free_range(1)
    holder = task("tls", fakes.tcp(hold), id="holder", source_ports=str(wanted))
    others = [task("tcp", fakes.tcp(hold), id=f"{n}", source_ports=str(wanted)) for n in range(2)]
    _, *waited = measure(holder, *others)
    for each in waited:
        assert [o.failure for o in each.observations if o.operation == "connect"] == [None], each.observations


async def test_datagrams_wait_as_well() -> None:
    net = LoopbackNet()
    wanted = (free_range(1, socket.SOCK_DGRAM),)
    first = await net.datagrams(Endpoint(LOCAL, 9), source_ports=wanted)
    waiting = asyncio.create_task(net.datagrams(Endpoint(LOCAL, 9), source_ports=wanted))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    first.close()
    async with asyncio.timeout(1):
        second = await waiting
    assert second.local.port in wanted[0]
    second.close()
    assert not tasks_left()


async def test_a_waiter_that_gives_up_leaves_the_port_to_the_next() -> None:
    net = LoopbackNet()
    wanted = (free_range(1, socket.SOCK_DGRAM),)
    to = Endpoint(LOCAL, 9)
    first = await net.datagrams(to, source_ports=wanted)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await net.datagrams(to, source_ports=wanted)
    first.close()
    async with asyncio.timeout(1):
        (await net.datagrams(to, source_ports=wanted)).close()


def test_a_port_that_another_program_holds_is_said_to_be_in_use(fakes: Fakes) -> None:
    wanted = free_range(1)
    port = fakes.tcp(hold)
    with socket.socket() as other:
        other.bind(("0.0.0.0", wanted.first))
        other.listen()
        (measured,) = measure(task("tcp", port, source_ports=str(wanted)))
    assert measured.status == "done"
    assert failure_of(measured.observations, "connect").kind is FailureKind.ADDRESS_IN_USE
    check = checks()["tcp"]
    (found,) = check.judge(measured, check.params(source_ports=str(wanted)), {})
    assert found.verdict == "unknown"  # this host could not try: nothing about the network


async def test_ports_in_use_are_passed_over() -> None:
    net = LoopbackNet()
    wanted = free_range(4, socket.SOCK_DGRAM)
    with ExitStack() as held:
        for port in list(wanted)[:3]:
            sock = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind(("0.0.0.0", port))
        ours = await net.datagrams(Endpoint(LOCAL, 9), source_ports=(wanted,))
    assert ours.local.port == wanted.last
    ours.close()


async def test_a_port_in_use_by_another_program_does_not_stay_held() -> None:
    net = LoopbackNet()
    wanted = (free_range(1, socket.SOCK_DGRAM),)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", wanted[0].first))
        with pytest.raises(NetFailure) as caught:
            await net.datagrams(Endpoint(LOCAL, 9), source_ports=wanted)
        assert caught.value.failure.kind is FailureKind.ADDRESS_IN_USE
    async with asyncio.timeout(1):
        (await net.datagrams(Endpoint(LOCAL, 9), source_ports=wanted)).close()


async def test_a_port_is_free_again_after_a_connection(fakes: Fakes) -> None:
    """Also towards the same far end, and at once: no TIME-WAIT may stand in the way."""
    net = LoopbackNet()
    to = Endpoint(LOCAL, fakes.tcp(hold))
    wanted = (free_range(1),)
    for _ in range(5):
        async with asyncio.timeout(1):
            (await net.connect(to, source_ports=wanted)).close()


def test_stun_comes_from_the_range(fakes: Fakes) -> None:
    from probe.wire import stun

    def answer(request: bytes) -> bytes:
        return bytes(stun.binding_success(stun.parse(request), "192.0.2.1", 1))

    wanted = free_range(2, socket.SOCK_DGRAM)
    (measured,) = measure(task("stun", fakes.udp(answering(answer)), source_ports=str(wanted)))
    evidence = measured.observations[-1].evidence
    assert evidence is not None
    assert evidence.local.port in wanted  # type: ignore[union-attr]
