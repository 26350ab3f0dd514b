"""Code points: values of RFC 2474, 2597, 3246, 5865 and 8622, and the byte they travel in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire import dscp
from probe.wire.error import WireError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CS0", 0b000000),
        ("CS1", 0b001000),
        ("CS3", 0b011000),
        ("CS5", 0b101000),
        ("CS7", 0b111000),
        ("AF11", 0b001010),
        ("AF13", 0b001110),
        ("AF21", 0b010010),
        ("AF31", 0b011010),
        ("AF41", 0b100010),
        ("AF43", 0b100110),
        ("EF", 0b101110),
        ("VOICE-ADMIT", 0b101100),
        ("LE", 0b000001),
    ],
)
def test_names_and_values_of_the_rfcs(name: str, value: int) -> None:
    assert dscp.value(name) == value
    assert dscp.name(value) == name


def test_expedited_forwarding_travels_as_b8() -> None:
    assert dscp.tos(dscp.value("EF")) == 0xB8
    assert dscp.from_tos(0xB8 | 1) == dscp.value("EF")


@pytest.mark.parametrize(("text", "value"), [("be", 0), ("DF", 0), (" ef ", 46), ("af41", 34), ("46", 46), ("7", 7)])
def test_other_spellings(text: str, value: int) -> None:
    assert dscp.value(text) == value


@pytest.mark.parametrize("text", ["", "EFF", "AF44", "CS8", "64", "-1", "4.6", "046", "٤٦"])
def test_what_is_no_code_point(text: str) -> None:
    with pytest.raises(WireError):
        dscp.value(text)


@given(st.integers(0, 63), st.integers(0, 3))
def test_every_code_point_survives_its_name_and_its_byte(value: int, ecn: int) -> None:
    assert dscp.value(dscp.name(value)) == value
    assert dscp.from_tos(dscp.tos(value, ecn)) == value
    assert dscp.tos(value, ecn) & 3 == ecn


@given(st.integers())
def test_numbers_out_of_range_are_refused(number: int) -> None:
    if not 0 <= number <= 63:
        with pytest.raises(WireError):
            dscp.tos(number)
        with pytest.raises(WireError):
            dscp.name(number)
    if not 0 <= number <= 3:
        with pytest.raises(WireError):
            dscp.tos(0, number)
    if not 0 <= number <= 255:
        with pytest.raises(WireError):
            dscp.from_tos(number)


@given(st.text(max_size=10))
def test_value_is_total(text: str) -> None:
    try:
        assert 0 <= dscp.value(text) <= 63
    except WireError:
        assert text.strip().upper() not in dscp.CODE_POINTS
