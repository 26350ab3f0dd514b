"""How far a run has come: tasks by kind, and the time left. No terminal here."""

from __future__ import annotations

from dataclasses import dataclass, field

from probe.engine.events import Event, TaskFinished, TaskStarted
from probe.model.plan import Plan, Task
from reports.outcome import Outcome, outcome


@dataclass
class Area:
    """The tasks of one kind."""

    total: int = 0
    finished: int = 0
    failed: int = 0
    silent: int = 0
    """Ranges in which nothing answered; whether that is bad, only the judgement tells."""
    unmeasured: int = 0
    """Skipped, broken or cut short."""
    running: dict[str, Task] = field(default_factory=dict)
    first_failure: str = ""

    @property
    def done(self) -> bool:
        return self.finished >= self.total

    @property
    def state(self) -> str:
        """`waiting`, `running`, `failed`, `skipped`, `silent` or `answered`."""
        if self.running or 0 < self.finished < self.total:
            return "running"
        if not self.done:
            return "waiting"
        if self.failed:
            return "failed"
        if self.unmeasured == self.total:
            return "skipped"
        return "silent" if self.silent else "answered"


class Progress:
    """Follows the events of one run. Times are seconds of the caller's clock."""

    def __init__(self, plan: Plan, now: float) -> None:
        self.begun = now
        self.areas: dict[str, Area] = {}
        self._begun: dict[str, float] = {}
        self._finished: set[str] = set()
        self._work = {task.id: max(task.cost.seconds, 0.001) for task in plan.tasks}
        self._total = sum(self._work.values())
        for task in plan.tasks:
            self.areas.setdefault(task.kind, Area()).total += 1

    @property
    def tasks(self) -> tuple[int, int]:
        """Finished, and all."""
        return sum(a.finished for a in self.areas.values()), sum(a.total for a in self.areas.values())

    def hear(self, event: Event, now: float) -> Outcome | None:
        """Returns the outcome of a task that has just finished."""
        if isinstance(event, TaskStarted):
            self.areas.setdefault(event.task.kind, Area()).running[event.task.id] = event.task
            self._begun[event.task.id] = now
        elif isinstance(event, TaskFinished):
            return self._finish(event)
        return None

    def fraction(self, now: float) -> float:
        """0 to 1. A running task counts up to nine tenths of what it may cost."""
        if not self._total:
            return 1.0
        done = sum(self._work[id_] for id_ in self._finished if id_ in self._work)
        for id_, begun in self._begun.items():
            if id_ in self._work and id_ not in self._finished:
                done += min(now - begun, 0.9 * self._work[id_])
        return min(max(done / self._total, 0.0), 1.0)

    def left(self, now: float) -> float | None:
        """Seconds that the rest will take at the speed so far; None while too little is known."""
        fraction, elapsed = self.fraction(now), now - self.begun
        if fraction < 0.02 or elapsed < 0.5:
            return None
        return elapsed * (1 - fraction) / fraction

    def _finish(self, event: TaskFinished) -> Outcome:
        area = self.areas.setdefault(event.task.kind, Area())
        area.running.pop(event.task.id, None)
        self._finished.add(event.task.id)
        area.finished += 1
        area.total = max(area.total, area.finished)
        result = outcome(event.measurement)
        if result.word == "failed":
            area.failed += 1
            area.first_failure = area.first_failure or f"{event.task.target} {result.detail}"
        elif result.word == "silent":
            area.silent += 1
        elif result.word != "answered":
            area.unmeasured += 1
        return result
