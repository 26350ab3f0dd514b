"""The engine over the real network: faults, deadlines and stops stay with the task that they befall."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from probe.checks.check import Check
from probe.context.context import Context
from probe.engine.events import RunFinished, TaskFinished, TaskStarted
from probe.model.address import Endpoint, Target
from probe.model.failure import FailureKind
from probe.model.measurement import Measurement

from .fakes import LOCAL, Fakes, hold, saying
from .leaks import tasks_left
from .running import Heard, checks_with, measure, run_of, task


class NoParams(msgspec.Struct, frozen=True, kw_only=True):
    pass


def check(kind: str, run: Callable[[Context, Target, Any], Awaitable[None]]) -> Check:
    return Check(kind=kind, title=kind, params=NoParams, offer=lambda *_: None, run=run, judge=lambda *_: [])


async def broken(ctx: Context, _: Target, __: NoParams) -> None:
    await ctx.attempt("probe", "before", asyncio.sleep(0), timeout=1)
    raise ZeroDivisionError("a fault of ours")


async def times_out_itself(_: Context, __: Target, ___: NoParams) -> None:
    raise TimeoutError("raised by a library that nobody expected it of")


async def endless(ctx: Context, target: Target, _: NoParams) -> None:
    await ctx.attempt("probe", "a quick one", asyncio.sleep(0), timeout=1)
    await ctx.attempt("probe", "an endless one", asyncio.Event().wait(), timeout=600)


async def fine(ctx: Context, _: Target, __: NoParams) -> None:
    await ctx.attempt("probe", "something", asyncio.sleep(0), timeout=1)


async def skipping(ctx: Context, _: Target, __: NoParams) -> None:
    ctx.skip("there is nothing to measure here")


OURS = [
    check("broken", broken),
    check("endless", endless),
    check("fine", fine),
    check("skipping", skipping),
    check("impatient", times_out_itself),
]


def by_id(measured: list[Measurement]) -> dict[str, Measurement]:
    return {each.task: each for each in measured}


def ours(kind: str, id: str = "", **options: Any) -> Any:
    return task(kind, 1, id=id or kind, **options)


def test_a_fault_of_ours_is_kept_apart(fakes: Fakes) -> None:
    """From the siblings, and from what the network did."""
    stun = task("tcp", fakes.tcp(hold), id="sibling")
    tasks = [ours("broken"), ours("fine"), stun, ours("skipping")]
    found = by_id(measure(*tasks, checks=checks_with(*OURS)))
    assert {name: each.status for name, each in found.items()} == {
        "broken": "broken",
        "fine": "done",
        "sibling": "done",
        "skipping": "skipped",
    }
    assert found["broken"].reason == "ZeroDivisionError: a fault of ours"
    assert "in broken" in (found["broken"].traceback or "")
    assert len(found["broken"].observations) == 1
    assert found["skipping"].reason == "there is nothing to measure here"
    assert found["sibling"].observations[-1].failure is None


def test_a_kind_that_nobody_knows_stops_nobody() -> None:
    found = by_id(measure(ours("unheard-of"), ours("fine"), checks=checks_with(*OURS)))
    assert (found["unheard-of"].status, found["fine"].status) == ("broken", "done")


def test_parameters_that_do_not_fit_stop_nobody() -> None:
    found = by_id(measure(task("tls", 1, id="odd", source_ports=7), ours("fine"), checks=checks_with(*OURS)))
    assert (found["odd"].status, found["fine"].status) == ("broken", "done")


def test_a_deadline_keeps_what_was_observed() -> None:
    found = by_id(measure(ours("endless", deadline=0.6), ours("fine"), checks=checks_with(*OURS)))
    late = found["endless"]
    assert (late.status, late.reason) == ("cut_short", "not finished within its 0.6 s")
    assert [o.failure.kind if o.failure else None for o in late.observations] == [None, FailureKind.INTERRUPTED]
    assert late.observations[-1].duration < 0.6
    assert found["fine"].status == "done"


def test_a_timeout_that_is_not_the_deadline_is_a_fault() -> None:
    (found,) = measure(ours("impatient"), checks=checks_with(*OURS))
    assert found.status == "broken"


def test_a_hostile_server_cannot_outlast_the_deadline(fakes: Fakes) -> None:
    (found,) = measure(task("tls", fakes.tcp(hold), deadline=0.7))
    assert found.status == "cut_short"
    assert sum(o.duration for o in found.observations) < 0.7


def test_a_stop_keeps_what_was_measured(fakes: Fakes) -> None:
    tasks = [ours("fine"), ours("endless"), ours("endless", id="waiting"), ours("fine", id="never begun")]

    async def main() -> list[Measurement]:
        started = 0

        def act(event: object) -> None:
            nonlocal started
            if isinstance(event, TaskStarted):
                started += 1
                if started == 3:
                    asyncio.get_running_loop().call_soon(run.stop)

        heard = Heard(act)
        run = run_of(tasks, checks=checks_with(*OURS), listener=heard, at_once=2)
        measured = await run.measure()
        assert run.cut_short
        assert not tasks_left()
        assert isinstance(heard.events[-1], RunFinished)
        assert heard.events[-1].cut_short
        assert len([e for e in heard.events if isinstance(e, TaskFinished)]) == 3
        return measured

    found = by_id(asyncio.run(main()))
    assert [found[each.id].status for each in tasks] == ["done", "cut_short", "cut_short", "cut_short"]
    assert found["endless"].reason == "the run was stopped"
    assert [o.target for o in found["endless"].observations] == ["a quick one", "an endless one"]
    assert found["never begun"].reason == "the run was stopped before it began"


def test_a_stop_before_the_start_measures_nothing() -> None:
    async def main() -> list[Measurement]:
        run = run_of([ours("endless")], checks=checks_with(*OURS))
        run.stop()
        return await run.measure()

    (found,) = asyncio.run(main())
    assert (found.status, found.observations) == ("cut_short", [])


def test_a_second_stop_does_no_harm() -> None:
    async def main() -> list[Measurement]:
        run = run_of([ours("endless")], checks=checks_with(*OURS), listener=Heard())
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, run.stop)
        loop.call_later(0.05, run.stop)
        return await run.measure()

    (found,) = asyncio.run(main())
    assert found.status == "cut_short"


def test_a_run_that_is_cancelled_from_outside_leaves_nothing(fakes: Fakes) -> None:
    async def main() -> None:
        port = fakes.udp(saying_nothing)
        from .running import LoopbackNet

        names = task("tcp", 80, host="nowhere.example")
        run = run_of([ours("endless"), names], LoopbackNet(port), checks=checks_with(*OURS))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await run.measure()
        assert not tasks_left()

    asyncio.run(main())


async def saying_nothing(_: bytes, __: object) -> None:
    return


def test_a_listener_that_fails_does_not_stop_the_measuring() -> None:
    """A fault of the display must not cost the run."""

    def act(event: object) -> None:
        if isinstance(event, TaskStarted):
            raise OSError("the terminal went away")

    measured = measure(ours("fine"), ours("fine", id="other"), checks=checks_with(*OURS), listener=Heard(act))
    assert [each.status for each in measured] == ["done", "done"]


def test_exclusive_tasks_run_alone() -> None:
    now: list[str] = []
    met: list[set[str]] = []

    async def watched(ctx: Context, target: Target, _: NoParams) -> None:
        now.append(target.host)
        met.append(set(now))
        await asyncio.sleep(0.01)
        now.remove(target.host)

    tasks = [
        msgspec.structs.replace(ours("watched", id=name), lane=lane, target=Target(host=name))
        for name, lane in [("e1", "exclusive"), ("n1", "normal"), ("e2", "exclusive"), ("n2", "normal")]
    ]
    measure(*tasks, checks=checks_with(check("watched", watched)))
    assert met[-2:] == [{"e1"}, {"e2"}]
    assert {"n1", "n2"} in met


def test_a_closed_stream_is_a_failure_not_a_fault(fakes: Fakes) -> None:
    """Whatever a check does with a stream that it has closed itself is recorded."""

    async def careless(ctx: Context, target: Target, _: NoParams) -> None:
        stream = await ctx.connect(Endpoint(LOCAL, target.port))
        stream.close()  # type: ignore[union-attr]
        await ctx.attempt("exchange", "closed", stream.receive(), timeout=1)  # type: ignore[union-attr]

    port = fakes.tcp(saying(b"x"))
    (found,) = measure(task("careless", port), checks=checks_with(check("careless", careless)))
    assert found.status == "done", found.traceback
    assert found.observations[-1].failure is not None
