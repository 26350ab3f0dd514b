"""Runs the tasks of a plan concurrently, each within its deadline, and keeps what happens to one from the others."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping
from random import Random

import msgspec

from probe.checks.check import Check
from probe.context.context import Context, Skip
from probe.context.names import Names
from probe.context.patience import Patience
from probe.context.stalls import Stalls
from probe.model.measurement import Measurement, Status
from probe.model.plan import Plan, Task
from probe.ports import Clock, Net

from .events import Event, Listener, RunFinished, RunStarted, TaskFinished, TaskStarted

NORMAL_AT_ONCE = 64
"""Tasks of the normal lane under way at a time: a harmless guest opens no more at once than a busy office."""
_RESERVE = 0.25
"""Seconds of a task's deadline kept for writing down what happened."""


class Run:
    """One run of a plan. `stop` ends it early; what was measured until then is kept and marked."""

    def __init__(
        self,
        plan: Plan,
        *,
        net: Net,
        clock: Clock,
        listener: Listener,
        checks: Mapping[str, Check],
        random: Random,
        at_once: int = NORMAL_AT_ONCE,
        patience: Patience | None = None,
    ) -> None:
        self._plan = plan
        self._net = net
        self._clock = clock
        self._listener = listener
        self._checks = checks
        self._random = random
        self._gate = asyncio.Semaphore(at_once)
        self._patience = patience or Patience()
        self._names = Names(net, self._patience, random)
        self._measured: dict[str, Measurement] = {}
        self._began = 0.0
        self._stalls = Stalls(clock)
        self._work: asyncio.Task[None] | None = None
        self.cut_short = False
        self.display_fault: str | None = None
        """Traceback of a fault of the listener."""

    def stop(self) -> None:
        """Ends the run at the next opportunity. May be called from a signal handler of the loop."""
        self.cut_short = True
        if self._work is not None:
            self._work.cancel()

    async def measure(self) -> list[Measurement]:
        """One Measurement per task of the plan, in the plan's order."""
        self._began = self._clock.now()
        self._tell(RunStarted(plan=self._plan))
        watching = asyncio.create_task(self._stalls.watch())
        try:
            if not self.cut_short:
                self._work = asyncio.create_task(self._lanes())
                await self._work
        except asyncio.CancelledError:
            if not self.cut_short:
                raise
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._names.close()
        self._tell(RunFinished(cut_short=self.cut_short))
        return [self._measured.get(task.id) or self._unstarted(task) for task in self._plan.tasks]

    async def _lanes(self) -> None:
        """Background tasks beside all others; normal ones together; exclusive ones alone, one after the other."""
        lanes = {
            lane: [t for t in self._plan.tasks if t.lane == lane] for lane in ("background", "normal", "exclusive")
        }
        async with asyncio.TaskGroup() as background:
            for task in lanes["background"]:
                background.create_task(self._one(task))
            async with asyncio.TaskGroup() as normal:
                for task in lanes["normal"]:
                    normal.create_task(self._gated(task))
            for task in lanes["exclusive"]:
                await self._one(task)

    async def _gated(self, task: Task) -> None:
        async with self._gate:
            await self._one(task)

    async def _one(self, task: Task) -> None:
        self._tell(TaskStarted(task=task))
        ctx = Context(
            task=task.id,
            net=self._net,
            clock=self._clock,
            names=self._names,
            patience=self._patience,
            random=self._random,
            began=self._began,
            stalls=self._stalls,
        )
        status: Status = "done"
        reason = trace = None
        try:
            check = self._checks[task.kind]
            params = msgspec.convert(task.params, check.params)
            async with asyncio.timeout(task.deadline - _RESERVE) as limit:
                await check.run(ctx, task.target, params)
        except Skip as skip:
            status, reason = "skipped", str(skip)
        except asyncio.CancelledError:
            self._finish(task, ctx, "cut_short", "the run was stopped", None)
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the siblings, and is not the network's
            if isinstance(error, TimeoutError) and limit.expired():
                status, reason = "cut_short", f"not finished within its {task.deadline:g} s"
            else:
                status, reason, trace = "broken", f"{type(error).__name__}: {error}", traceback.format_exc()
        self._finish(task, ctx, status, reason, trace)

    def _finish(self, task: Task, ctx: Context, status: Status, reason: str | None, trace: str | None) -> None:
        measurement = Measurement(
            task=task.id,
            kind=task.kind,
            target=task.target,
            status=status,
            reason=reason,
            params=task.params,
            observations=ctx.observations,
            metrics=ctx.metrics,
            traceback=trace,
        )
        self._measured[task.id] = measurement
        self._tell(TaskFinished(task=task, measurement=measurement))

    def _tell(self, event: Event) -> None:
        """A listener that fails is told no more: a fault of the display must not cost the measurements."""
        if self.display_fault is not None:
            return
        try:
            self._listener.hear(event)
        except Exception:  # noqa: BLE001 - whatever it is, it is not the run's
            self.display_fault = traceback.format_exc()

    def _unstarted(self, task: Task) -> Measurement:
        return Measurement(
            task=task.id,
            kind=task.kind,
            target=task.target,
            status="cut_short",
            reason="the run was stopped before it began",
            params=task.params,
        )
