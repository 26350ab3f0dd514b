"""Free-form tables of the report (`site`, `environment`) as pairs of a name and a line of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def facts(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested tables by dotted names, lists of plain values joined by commas."""
    return [(name, text) for key, value in table.items() for name, text in _flatten(str(key), value)]


def _flatten(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if not value:
            yield name, "none"
        for key, inner in value.items():
            yield from _flatten(f"{name}.{key}", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        if any(isinstance(item, Mapping | list | tuple) for item in value):
            for number, item in enumerate(value, 1):
                yield from _flatten(f"{name}.{number}", item)
        else:
            yield name, ", ".join(_plain(item) for item in value) or "none"
    else:
        yield name, _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
