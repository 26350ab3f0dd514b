"""What a run will do: tasks, the requirements they serve, and what will not be measured and why."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from catalog.model import Level, Use

from .address import Target

Lane = Literal["exclusive", "normal", "background"]
Rule = Literal["any", "every", "redundant"]
"""When a requirement with several ways is met: one works; all of them do; one does, but a dead one is a warning."""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a task puts on the network at most: packets and bytes sent, seconds, NAT bindings."""

    packets: int
    bytes: int
    seconds: float
    bindings: int = 1


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to measure. `params` are those of the check named by `kind`."""

    id: str
    kind: str
    target: Target
    params: dict[str, Any] = {}
    deadline: float
    """Seconds."""
    lane: Lane = "normal"
    cost: Cost


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """Something the catalogue names that this run will not measure."""

    kind: str
    target: Target
    row: str
    reason: str


class Way(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way of meeting a requirement, such as a region or a server. It works when one of its tasks shows that."""

    name: str
    tasks: list[str]
    conclusive: bool = True
    """False: the far end is not known to answer, so that its silence proves nothing."""


class Requirement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a catalogue row that a persona depends on."""

    id: str
    row: str
    persona: str
    level: Level
    use: Use
    title: str
    protocol: str
    ports: str
    source_ports: str
    destination: str
    prefixes: list[str] = []
    ways: list[Way] = []
    rule: Rule = "any"
    unmeasured: str | None = None
    """Why nothing can measure it in this run."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    tasks: list[Task]
    requirements: list[Requirement]
    skipped: list[Skipped]
    personas: list[str]
    seed: int

    @property
    def cost(self) -> Cost:
        """Sums over all tasks; seconds are those of the slowest."""
        return Cost(
            packets=sum(t.cost.packets for t in self.tasks),
            bytes=sum(t.cost.bytes for t in self.tasks),
            seconds=max((t.cost.seconds for t in self.tasks), default=0.0),
            bindings=sum(t.cost.bindings for t in self.tasks),
        )
