"""What was measured: one Observation per network operation, Metrics, and the Measurement of a task that holds them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .address import Target
from .evidence import Evidence
from .failure import Failure

Operation = Literal["resolve", "connect", "handshake", "exchange", "request", "upgrade", "probe"]
Status = Literal["done", "skipped", "broken", "cut_short"]


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One network operation: what was tried, when, for how long, and what came of it."""

    id: str
    operation: Operation
    target: str
    started: float
    """Seconds since the run began."""
    duration: float
    """Seconds."""
    failure: Failure | None = None
    evidence: Evidence | None = None


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: float
    unit: Literal["s", "B", "ratio", "count"]


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    task: str
    kind: str
    target: Target
    status: Status
    reason: str | None = None
    """Why it was skipped or cut short, or what broke."""
    params: dict[str, Any] = {}
    """The check's parameters, so that the run can be judged again."""
    observations: list[Observation] = []
    metrics: list[Metric] = []
    traceback: str | None = None
    """Of a fault in callready itself (`broken`)."""

    def last(self, operation: Operation) -> Observation | None:
        """The latest observation of `operation`."""
        return next((o for o in reversed(self.observations) if o.operation == operation), None)
