"""What a kind of check consists of. A new kind is one file in this folder that defines `CHECK`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from probe.context.context import Context
from probe.model.address import Target
from probe.model.demand import Demand, Offer, Sampling
from probe.model.measurement import Measurement
from probe.model.verdict import Finding

from .limits import Limits


class Check(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    title: str
    params: type[msgspec.Struct]
    offer: Callable[[Demand, Sampling], Offer | None]
    """Pure: tasks that show whether a demand is met; None where this kind has nothing to say about it."""
    run: Callable[[Context, Target, Any], Awaitable[None]]
    """Measures, and records through the context."""
    judge: Callable[[Measurement, Any, Limits], list[Finding]]
    """Pure: what a finished measurement shows. The finding `KIND.reach` says whether the far end was reached."""
