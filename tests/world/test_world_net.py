"""The network in memory itself: rules, delay, loss and source ports do what a scenario says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from catalog.ranges import PortRange
from probe.lab.addresses import logical
from probe.model.address import Endpoint
from probe.model.failure import FailureKind
from probe.ports import NetFailure
from probe.wire import stun

from .loop import VirtualClock, VirtualLoop
from .net import WorldNet
from .playing import catalog
from .scenario import Conditions, Expectation, Rule, Scenario

STUN = Endpoint(logical(catalog())["stun01a-us.bcld.webex.com"], 5004)
EDGE = Endpoint(logical(catalog())["da01.sipconnect-us.bcld.webex.com"], 8934)


def world(work: Callable[[WorldNet], Awaitable[Any]], **site: Any) -> Any:
    expect = Expectation(verdict="ready", diagnoses=[], personas={})
    scenario = Scenario(title="", because="", site=Conditions(**site), expect=expect)

    async def main() -> Any:
        net = WorldNet(catalog(), scenario, VirtualClock(asyncio.get_running_loop()), seed=1)
        result = await work(net)
        return result, net

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


def now() -> float:
    return asyncio.get_running_loop().time()


async def bind(net: WorldNet, to: Endpoint = STUN, source: PortRange | None = None) -> float:
    """Seconds until a Binding response; raises what the network says."""
    sock = await net.datagrams(to, source_ports=(source,) if source else None)
    try:
        sock.send(bytes(stun.binding_request(bytes(12))))
        async with asyncio.timeout(10):
            arrival = await sock.receive()
        assert stun.parse(arrival.data).mapped is not None
        return now()
    finally:
        sock.close()


async def connect(net: WorldNet, to: Endpoint = EDGE) -> float:
    async with asyncio.timeout(60):
        (await net.connect(to)).close()
    return now()


def test_an_answer_takes_a_round_trip() -> None:
    seconds, net = world(bind, round_trip=0.3)
    assert seconds == pytest.approx(0.3)
    assert net.held == 0


@pytest.mark.parametrize(
    ("action", "kind", "reporter"),
    [
        ("reject", FailureKind.PORT_UNREACHABLE, "192.168.1.1"),
        ("prohibit", FailureKind.PROHIBITED, "192.168.1.1"),
        ("refuse", FailureKind.NOT_PERMITTED, None),
    ],
)
def test_a_rule_that_speaks(action: Any, kind: FailureKind, reporter: str | None) -> None:
    with pytest.raises(NetFailure) as caught:
        world(bind, rules=[Rule(action=action, protocol="udp", ports="5004")])
    assert (caught.value.failure.kind, caught.value.failure.reporter) == (kind, reporter)


@pytest.mark.parametrize("direction", ["out", "in"])
def test_a_rule_that_is_silent(direction: Any) -> None:
    with pytest.raises(TimeoutError):
        world(bind, rules=[Rule(action="drop", protocol="udp", ports="5004", direction=direction)])


def test_the_first_rule_that_matches_decides() -> None:
    rules = [Rule(action="allow", ports="5000-5010"), Rule(action="drop")]
    assert world(bind, rules=rules)[0] > 0
    with pytest.raises(TimeoutError):
        world(bind, rules=rules[::-1])


@pytest.mark.parametrize(
    "rule",
    [
        Rule(action="drop", protocol="tcp"),
        Rule(action="drop", ports="5005-6000"),
        Rule(action="drop", source_ports="1-999"),
        Rule(action="drop", destinations=["192.0.2.0/24"]),
        Rule(action="drop", hosts=["ntp-jp.bcld.webex.com"]),
    ],
)
def test_a_rule_about_something_else(rule: Rule) -> None:
    assert world(bind, rules=[rule])[0] > 0


def test_a_port_at_which_nobody_listens() -> None:
    with pytest.raises(NetFailure) as caught:
        world(lambda net: bind(net, Endpoint(STUN.address, 4999)))
    assert (caught.value.failure.kind, caught.value.failure.reporter) == (FailureKind.PORT_UNREACHABLE, STUN.address)
    with pytest.raises(NetFailure) as caught:
        world(lambda net: connect(net, Endpoint(EDGE.address, 8935)))
    assert caught.value.failure.kind is FailureKind.REFUSED


def test_an_address_that_nobody_has_is_silent() -> None:
    with pytest.raises(TimeoutError):
        world(lambda net: connect(net, Endpoint("192.0.2.99", 443)))


def test_without_a_route_nothing_leaves() -> None:
    for work in (bind, connect):
        with pytest.raises(NetFailure) as caught:
            world(work, route=False)
        assert caught.value.failure.kind is FailureKind.NO_ROUTE


def test_loss_costs_retransmissions() -> None:
    async def ten(net: WorldNet) -> float:
        for _ in range(10):
            await connect(net)
        return now()

    assert world(ten)[0] == pytest.approx(0.4)
    assert world(ten, loss=0.2)[0] > 1


def test_where_all_is_lost_nothing_connects() -> None:
    with pytest.raises(TimeoutError):
        world(connect, loss=1.0)


def test_source_ports_are_taken_from_their_range_and_waited_for() -> None:
    async def work(net: WorldNet) -> tuple[int, float]:
        only = (PortRange(51494, 51494),)
        first = await net.datagrams(STUN, source_ports=only)
        asyncio.get_running_loop().call_later(3, first.close)
        second = await net.datagrams(STUN, source_ports=only)
        second.close()
        return second.local.port, now()

    (port, seconds), net = world(work)
    assert port == 51494
    assert seconds == pytest.approx(3)
    assert net.held == 0


def test_a_scenario_with_a_key_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"title": "", "because": "", "sight": {}, "expect": {}}, Scenario)
