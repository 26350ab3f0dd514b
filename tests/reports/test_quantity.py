"""Numbers and their units as people read them."""

from __future__ import annotations

import math

import pytest

from reports import quantity as q


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0 ms"),
        (0.00042, "0.4 ms"),
        (0.0994, "99.4 ms"),
        (0.0996, "100 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (-0.5, "-500 ms"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3720, "1 h 2 min"),
        (math.nan, "unknown"),
    ],
)
def test_seconds(value: float, text: str) -> None:
    assert q.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "ratio", "1.23 %"),
        (1.0, "ratio", "100 %"),
        (1500.0, "B", "1.5 kB"),
        (3, "count", "3"),
        (0.25, "s", "250 ms"),
        (2.5, None, "2.5"),
        ("TLSv1.0", None, "TLSv1.0"),
        (None, "s", ""),
        (math.inf, "B", "unknown"),
    ],
)
def test_quantity(value: float | str | None, unit: str | None, text: str) -> None:
    assert q.quantity(value, unit) == text


def test_several() -> None:
    assert (q.several(1, "row"), q.several(0, "row"), q.several(1200, "row")) == ("1 row", "0 rows", "1,200 rows")


def test_share() -> None:
    assert (q.share(15, 60), q.share(0, 0)) == ("25 %", "0 %")
