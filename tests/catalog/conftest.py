"""Small catalogues for the tests of this folder."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.model import Catalog
from catalog.read import load

MINIMAL = Path(__file__).parent / "minimal.toml"


def complete(text: str) -> str:
    """`text` with the lines of the minimal catalogue whose keys it does not have; not TOML: `text` itself."""
    try:
        present = set(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return text
    present |= set(re.findall(r"^# without: (\w+)$", text, re.MULTILINE))
    lines = MINIMAL.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if line.partition(" ")[0] not in present) + text


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Writes a completed catalogue, and returns its path."""

    def write_file(text: str) -> str:
        file = tmp_path / "catalogue.toml"
        file.write_text(complete(text))
        return str(file)

    return write_file


@pytest.fixture(scope="session")
def minimal() -> Catalog:
    return load(str(MINIMAL))


@pytest.fixture(scope="session")
def built_in() -> Catalog:
    return load("webex-calling")
