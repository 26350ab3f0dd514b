"""The catalogue's limits as a judge holds them: by metric, with the row that states them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from catalog.model import Catalog, Level, Limit


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    limit: Limit
    row: str
    """Id of the `Guidance` row."""
    source: str
    level: Level
    """Only a required limit can fail a site; a recommended one that is broken is a warning."""


Limits = Mapping[str, Bound]


def limits_of(catalog: Catalog) -> Limits:
    """Limits that decide something: those of required and recommended rows. Of several, the first row's."""
    found: dict[str, Bound] = {}
    for row in catalog.guidance:
        for limit in row.limits:
            if row.level != "informational":
                found.setdefault(limit.metric, Bound(limit=limit, row=row.id, source=row.source, level=row.level))
    return found
