"""Text from elsewhere is made harmless, and stays legible."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.safe_text import visible
from reports.wording import SIGN, ascii_only

UNICODE = st.text(st.characters())  # with lone surrogates


@given(UNICODE)
def test_nothing_unseen_is_left(text: str) -> None:
    shown = visible(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)
    assert visible(shown) == shown


@given(UNICODE)
def test_lines_are_kept_where_wanted(text: str) -> None:
    assert visible(text, lines=True).count("\n") == text.count("\n")


@given(UNICODE, st.integers(1, 20))
def test_limit(text: str, limit: int) -> None:
    shown = visible(text.encode("ascii", "replace").decode().replace("\x00", "a"), limit=limit)
    assert shown.endswith("…") == (len(text) > limit) or len(text) <= limit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve 東京 שלום", "naïve 東京 שלום"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\nb\tc", "a b c"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\U000e0041", r"\U000e0041"),
        ("caf\udce9", r"caf\udce9"),
    ],
)
def test_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_ascii_only(text: str) -> None:
    assert ascii_only(text).isascii()


def test_every_sign_has_an_ascii_form() -> None:
    assert {sign for sign in SIGN.values() if "\\" in ascii_only(sign)} == set()
