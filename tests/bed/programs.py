"""The programs the bed is made of, and the Debian package that brings each (`packages.txt`)."""

from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path

PACKAGES = Path(__file__).with_name("packages.txt")
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
"""A user's PATH often lacks the directories where servers live."""


class Unavailable(Exception):
    """This machine cannot carry the bed; the message says what is missing and what to do."""


def packages() -> dict[str, list[str]]:
    """Debian package → the programs, or globs of files, that it must bring."""
    lines = (line.split() for line in PACKAGES.read_text().splitlines() if not line.startswith("#"))
    return {package: needed for package, *needed in filter(None, lines)}


def find(program: str) -> str:
    """Path of `program`. Raises Unavailable."""
    path = shutil.which(program, path=SEARCH_PATH)
    if path is None:
        raise Unavailable(f"{program} is not installed")
    return path


def present(needed: str) -> bool:
    return bool(glob.glob(needed)) if needed.startswith("/") else shutil.which(needed, path=SEARCH_PATH) is not None


def require(needed: dict[str, list[str]] | None = None) -> None:
    """Raises Unavailable naming every Debian package that is missing."""
    missing = [name for name, what in (needed or packages()).items() if not all(map(present, what))]
    if missing:
        raise Unavailable(f"the test bed lacks {', '.join(missing)}: apt-get install {' '.join(missing)}")
