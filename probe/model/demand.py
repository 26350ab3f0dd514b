"""What a persona demands of the network, and what a kind of check offers to show it. For planning only."""

from __future__ import annotations

import msgspec

from catalog.model import Level, Use

from .plan import Rule, Task, Way


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something in the world that can be asked."""

    host: str
    """Name or address."""
    port: int
    way: str
    """Contacts with the same `way` stand or fall together."""
    conclusive: bool = True
    """Its silence means something: it is published, by a source that was seen, as answering strangers."""
    path: str = "/"
    websocket: bool = False


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    row: str
    persona: str
    level: Level
    title: str
    use: Use
    protocol: str
    """`tcp` or `udp`."""
    ports: str
    source_ports: str
    """Ranges, or `ephemeral`."""
    destination: str
    prefixes: tuple[str, ...]
    """The catalogue's prefixes for it; empty where anything may be the destination."""
    dscp: int
    contacts: tuple[Contact, ...]
    rule: Rule
    unmeasured: str | None = None

    @property
    def local_ports(self) -> str | None:
        """For a check's parameters: None where the system chooses."""
        return None if self.source_ports == "ephemeral" else self.source_ports


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks, and those ways of meeting the demand that they show. Tasks outside the ways are controls."""

    tasks: list[Task]
    ways: list[Way] = []


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a range is tried: `count` ports, drawn by `seed`."""

    count: int
    seed: int
