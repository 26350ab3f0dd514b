"""What was asked for on the command line, as far as planning and judging depend on it."""

from __future__ import annotations

from typing import Literal

import msgspec

from catalog.model import Region
from probe.model.address import Endpoint

Depth = Literal["quick", "standard", "deep"]

HOSTS_PER_WAY = {"quick": 1, "standard": 2, "deep": 1000}
PORTS_PER_RANGE = {"quick": 59, "standard": 300, "deep": 1000}
"""No failure among them bounds the blocked share, at 95 %, to 5 %, 1 % and 0.3 %."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    personas: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    depth: Depth = "standard"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    seed: int = 0
    resolvers: tuple[Endpoint, ...] = ()
    """As this machine is configured."""
    answering: tuple[str, ...] = ()
    """Hosts that answer on the media ranges: a responder, or the lab's twin."""
