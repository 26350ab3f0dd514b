"""Racing the addresses of a name (RFC 8305): the second wins where the first is silent, and nothing is left over."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from probe.checks.connecting import ATTEMPT_DELAY, in_order, reach
from probe.context.context import Context
from probe.context.names import Names
from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.net.real import SystemClock
from probe.ports import Bound, NetFailure, SourcePorts, Stream

from .fakes import LOCAL, Fakes, hold
from .leaks import tasks_left
from .running import LoopbackNet, brief


class Addresses(LoopbackNet):
    """Every address leads to one port of this machine, after what its behaviour does."""

    def __init__(self, port: int, **behaviours: object) -> None:
        super().__init__()
        self._port = port
        self._behaviours = behaviours
        self.began: dict[str, float] = {}
        self.streams: list[Stream] = []

    async def connect(
        self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0, bound: Bound | None = None
    ) -> Stream:
        number = to.address.rpartition(".")[2]
        self.began.setdefault(number, asyncio.get_running_loop().time())
        if bound is not None:
            bound()
        behaviour = self._behaviours[f"a{number}"]
        if behaviour == "silent":
            await asyncio.Event().wait()
        elif isinstance(behaviour, Failure):
            raise NetFailure(behaviour)
        elif isinstance(behaviour, float):
            await asyncio.sleep(behaviour)
        stream = await super().connect(Endpoint(LOCAL, self._port))
        self.streams.append(stream)
        return stream


class Fixed(Names):
    def __init__(self, net: LoopbackNet, addresses: list[str]) -> None:
        super().__init__(net, brief(), Random(1))
        self._fixed = addresses

    async def addresses(self, name: str) -> list[str]:
        return self._fixed


REFUSED = Failure(kind=FailureKind.REFUSED, detail="connection refused")


def race(net: Addresses, count: int) -> tuple[Stream | Failure, Context, float]:
    async def main() -> tuple[Stream | Failure, Context, float]:
        loop = asyncio.get_running_loop()
        addresses = [f"192.0.2.{number}" for number in range(1, count + 1)]
        clock = SystemClock()
        ctx = Context(
            task="t",
            net=net,
            clock=clock,
            names=Fixed(net, addresses),
            patience=brief(),
            random=Random(1),
            began=clock.now(),
        )
        began = loop.time()
        won = await reach(ctx, "edge.example", 443)
        took = loop.time() - began
        assert not tasks_left()
        if not isinstance(won, Failure):
            await won.send(b"alive")  # and not the one that was closed
            won.close()
        for each in net.streams:
            with pytest.raises((NetFailure, ValueError)):
                await each.send(b"closed, all of them")
        return won, ctx, took

    return asyncio.run(main())


def test_the_second_address_wins_where_the_first_is_silent(fakes: Fakes) -> None:
    net = Addresses(fakes.tcp(hold), a1="silent", a2=0.0)
    won, _, took = race(net, 2)
    assert not isinstance(won, Failure)
    assert ATTEMPT_DELAY <= took < ATTEMPT_DELAY + 0.2
    assert 0.2 < net.began["2"] - net.began["1"] < 0.4


def test_the_next_address_is_tried_at_once_where_one_is_refused_and_the_one_after_in_its_turn(fakes: Fakes) -> None:
    net = Addresses(fakes.tcp(hold), a1=REFUSED, a2="silent", a3=0.0)
    won, _, _ = race(net, 3)
    assert not isinstance(won, Failure)
    assert net.began["2"] - net.began["1"] < 0.1
    assert net.began["3"] - net.began["2"] >= ATTEMPT_DELAY - 0.01


def test_two_that_answer_in_the_same_moment(fakes: Fakes) -> None:
    """Exactly one stream survives, and it is the one that is returned."""
    later = 3 * ATTEMPT_DELAY
    for first, second in [(later, later - ATTEMPT_DELAY), (later + 0.02, later - ATTEMPT_DELAY)]:
        net = Addresses(fakes.tcp(hold), a1=first, a2=second, a3="silent", a4="silent")
        won, _, _ = race(net, 4)
        assert not isinstance(won, Failure)


def test_all_refuse(fakes: Fakes) -> None:
    net = Addresses(fakes.tcp(hold), a1=REFUSED, a2=REFUSED, a3=REFUSED)
    won, ctx, took = race(net, 3)
    assert won == REFUSED
    assert took < 0.2
    assert len([o for o in ctx.observations if o.operation == "connect"]) == 3


def test_all_are_silent(fakes: Fakes) -> None:
    net = Addresses(fakes.tcp(hold), a1="silent", a2="silent")
    won, _, _ = race(net, 2)
    assert isinstance(won, Failure)
    assert won.kind is FailureKind.TIMEOUT


def test_the_losers_are_recorded_as_interrupted(fakes: Fakes) -> None:
    _, ctx, __ = race(Addresses(fakes.tcp(hold), a1="silent", a2="silent", a3=0.0), 3)
    kinds = [o.failure.kind if o.failure else None for o in ctx.observations if o.operation == "connect"]
    assert FailureKind.INTERRUPTED in kinds
    assert kinds.count(None) == 1


def test_families_alternate_and_the_sixth_comes_first() -> None:
    four = [f"192.0.2.{number}" for number in range(1, 4)]
    six = ["2001:db8::1", "2001:db8::2"]
    assert in_order([*four, *six]) == [six[0], four[0], six[1], four[1]]
    assert in_order(four) == four
