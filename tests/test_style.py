"""Lint, format and types are tests; and nothing of the machine it was built on is in the repository."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MADE_BY_TOOLS = {".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__", "build"}

# In pieces, so that this file does not hold what it looks for.
MACHINE = ["/" + "work/", r"(?<![\w}])/" + "root/", "/" + "tmp/venv"]
REGISTRIES = ["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.org", "--index-" + "url", "--find-" + "links"]


def tool(*argv: str) -> None:
    done = subprocess.run([sys.executable, "-m", *argv], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the repository, by its path in it."""
    for file in sorted(ROOT.rglob("*")):
        path = file.relative_to(ROOT)
        if MADE_BY_TOOLS.isdisjoint(path.parts) and not path.parts[0].endswith(".egg-info") and file.is_file():
            try:
                yield str(path), file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_lint() -> None:
    tool("ruff", "check", ".")


def test_format() -> None:
    tool("ruff", "format", "--check", ".")


def test_types() -> None:
    tool("mypy")


@pytest.mark.parametrize("words", [*MACHINE, *REGISTRIES])
def test_nothing_of_the_build_machine_is_in_the_repository(words: str) -> None:
    assert [path for path, text in texts() if re.search(words, text)] == []


def test_the_search_covers_the_repository() -> None:
    found = dict(texts())
    assert {"README.md", ".ci/run", "probe/ports.py", "catalog/webex-calling.toml", "requirements.lock"} <= set(found)
    assert "pytest" in found["requirements.lock"]
