"""Numbers with their unit, as a person reads them: seconds, bytes, ratios and counts."""

from __future__ import annotations

import math


def seconds(value: float) -> str:
    if not math.isfinite(value):
        return "unknown"
    size = abs(value)
    if size < 0.0995:
        return f"{value * 1000:.1f} ms"
    if size < 0.9995:
        return f"{value * 1000:.0f} ms"
    if size < 59.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def octets(value: float) -> str:
    if not math.isfinite(value):
        return "unknown"
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if abs(value) >= size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.0f} B"


def ratio(value: float) -> str:
    return f"{number(value * 100)} %" if math.isfinite(value) else "unknown"


def number(value: float) -> str:
    """At most four significant digits, no exponent for whole numbers."""
    if not math.isfinite(value):
        return "unknown"
    return str(int(value)) if value == int(value) else f"{value:.4g}"


def quantity(value: float | str | None, unit: str | None) -> str:
    """`value` in `unit` (`s`, `B`, `ratio`, `count`); without a unit the bare number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    write = {"s": seconds, "B": octets, "ratio": ratio}.get(unit or "", number)
    return write(value)


def several(count: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: float, total: float) -> str:
    """A whole percentage."""
    return f"{round(100 * part / total)} %" if total else "0 %"
