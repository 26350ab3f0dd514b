"""A made-up run: a plan and the events of its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probe.engine.events import Event, RunFinished, RunStarted, TaskFinished, TaskStarted
from probe.model.address import Target
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement, Observation
from probe.model.plan import Cost, Plan, Task

REFUSED = Failure(kind=FailureKind.REFUSED, detail="nothing listens there")


def plan(**kinds: int) -> Plan:
    tasks = [
        Task(
            id=f"{kind}{number}",
            kind=kind,
            target=Target(host=f"host{number}.example", port=8934),
            deadline=5.0,
            cost=Cost(packets=1, bytes=100, seconds=1.0),
        )
        for kind, count in kinds.items()
        for number in range(count)
    ]
    return Plan(tasks=tasks, requirements=[], skipped=[], personas=[], seed=1)


def finished(task: Task, failure: Failure | None = None, **more: Any) -> TaskFinished:
    observation = Observation(
        id=f"o-{task.id}", operation="connect", target=str(task.target), started=0.0, duration=0.1, failure=failure
    )
    fields: dict[str, Any] = {"status": "done", "observations": [observation], **more}
    return TaskFinished(task=task, measurement=Measurement(task=task.id, kind=task.kind, target=task.target, **fields))


def whole(run: Plan, failing: frozenset[str] = frozenset()) -> Iterator[Event]:
    """Task after task; those named in `failing` are refused."""
    yield RunStarted(plan=run)
    for task in run.tasks:
        yield TaskStarted(task=task)
        yield finished(task, REFUSED if task.id in failing else None)
    yield RunFinished(cut_short=False)
