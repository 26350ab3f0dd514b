"""One published table of words for R: the speech transmission quality categories of ITU-T G.109, narrowband."""

from __future__ import annotations

from typing import Literal

from .emodel import Rating

Category = Literal["best", "high", "medium", "low", "poor", "not recommended"]

CATEGORIES: tuple[tuple[float, Category, str], ...] = (
    (90, "best", "users very satisfied"),
    (80, "high", "users satisfied"),
    (70, "medium", "some users dissatisfied"),
    (60, "low", "many users dissatisfied"),
    (50, "poor", "nearly all users dissatisfied"),
    (float("-inf"), "not recommended", "not recommended"),
)
"""(lowest R, category, users' satisfaction); from memory of G.109, provisional."""


def category_of_r(r: float) -> tuple[Category, str]:
    """Category and users' satisfaction of a narrowband R. No gaps: bounds belong to the better category."""
    return next((name, users) for lowest, name, users in CATEGORIES if r >= lowest)


def category(rating: Rating) -> tuple[Category, str] | None:
    """The same for a rating; None on the wideband and fullband scales, which G.109 does not cover."""
    return category_of_r(rating.r) if rating.scale == "NB" else None
