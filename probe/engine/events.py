"""What the engine tells those who watch a run."""

from __future__ import annotations

from typing import Protocol

import msgspec

from probe.model.measurement import Measurement
from probe.model.plan import Plan, Task


class RunStarted(msgspec.Struct, frozen=True, kw_only=True):
    plan: Plan


class TaskStarted(msgspec.Struct, frozen=True, kw_only=True):
    task: Task


class TaskFinished(msgspec.Struct, frozen=True, kw_only=True):
    task: Task
    measurement: Measurement


class RunFinished(msgspec.Struct, frozen=True, kw_only=True):
    cut_short: bool


Event = RunStarted | TaskStarted | TaskFinished | RunFinished


class Listener(Protocol):
    def hear(self, event: Event) -> None: ...
