"""The built-in catalogue, read once."""

from __future__ import annotations

import pytest

from catalog.model import Catalog
from catalog.read import load


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load()
