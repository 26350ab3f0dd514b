"""What a kind of check consists of. A new kind is one file in this folder that defines `CHECK`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from probe.model.address import Target
from probe.model.measurement import Measurement
from probe.model.verdict import Finding

if TYPE_CHECKING:
    from probe.engine.context import Context
    from probe.planning.demand import Demand, Offer, Scope


class Check(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    title: str
    params: type[msgspec.Struct]
    run: Callable[[Context, Target, Any], Awaitable[None]]
    """Measures; records through the context, returns nothing."""
    judge: Callable[[Measurement, Any], list[Finding]]
    """Pure: what a finished measurement shows."""
    offer: Callable[[Demand, Scope], Offer | None]
    """Pure: the tasks that would show whether a demand is met; None where this kind has nothing to say about it."""
    serves: Sequence[str] = ()
    """The uses of the catalogue's rows (`catalog.model.Use`) it can speak about."""
