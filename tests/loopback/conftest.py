"""Fakes for every test, and no test may leave anything open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .fakes import Fakes
from .leaks import leakless


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    with leakless():
        yield


@pytest.fixture
def fakes(no_leaks: None) -> Iterator[Fakes]:
    with Fakes() as started:
        yield started
