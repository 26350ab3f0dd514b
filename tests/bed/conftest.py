"""The bed as a fixture: one for the whole session, faults come and go within it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .bed import Bed
from .programs import Unavailable


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "bed" in getattr(item, "fixturenames", ()):
            item.add_marker("bed")


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    try:
        with Bed.start(tmp_path_factory.mktemp("bed")) as started:
            yield started
    except Unavailable as reason:
        if os.environ.get("CALLREADY_REQUIRE_PEERS") == "1":
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))
