"""Opening a catalogue or its history: text, structure and meaning are checked before anybody sees a value."""

from __future__ import annotations

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec

from .lint import lint, lint_history
from .model import Catalog, History
from .strict import Invalid, Problem, convert, meant, parse_toml

T = TypeVar("T")

BUILT_IN = "webex-calling"
HISTORY = ".history"
"""What the file name of a history adds to that of its catalogue."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue together with what identifies the file it came from."""

    catalog: Catalog
    digest: str
    """SHA-256 of the file, 64 hexadecimal digits, as `sha256sum` prints it."""
    path: str
    warnings: tuple[Problem, ...] = ()


def digest(text: str | bytes) -> str:
    """SHA-256 of a file's bytes (UTF-8 of a text), 64 hexadecimal digits."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def open_catalog(name_or_path: str = BUILT_IN) -> Loaded:
    """The built-in catalogue of that name, or the file. Raises Invalid with every problem of the file."""
    file = _locate(name_or_path)
    content = _content(file)
    catalog = _convert(content, Catalog, str(file))
    problems = lint(catalog)
    _refuse(problems, str(file))
    return Loaded(catalog=catalog, digest=digest(content), path=str(file), warnings=tuple(problems))


def load(name_or_path: str = BUILT_IN) -> Catalog:
    """As `open_catalog`, the catalogue alone."""
    return open_catalog(name_or_path).catalog


def load_history(name_or_path: str = BUILT_IN, catalog: Catalog | None = None) -> History:
    """The history of the built-in catalogue of that name, or a file that holds one. Raises Invalid with every problem;
    sources are looked up in `catalog` where it is given."""
    file = _locate(name_or_path, HISTORY)
    history = _convert(_content(file), History, str(file))
    _refuse(lint_history(history, catalog), str(file))
    return history


def built_in() -> list[str]:
    """Names of the catalogues that come with the package."""
    files = (file.name for file in resources.files(__package__).iterdir())
    stems = {name.removesuffix(".toml") for name in files if name.endswith(".toml")}
    return sorted(stem for stem in stems if not stem.endswith(HISTORY))


def _locate(name_or_path: str, suffix: str = "") -> Path | Traversable:
    """A word without a dot or a slash is the name of a built-in catalogue."""
    if any(character in name_or_path for character in "./\\"):
        return Path(name_or_path)
    file = resources.files(__package__).joinpath(f"{name_or_path}{suffix}.toml")
    if name_or_path and file.is_file():
        return file
    fix = meant(name_or_path, built_in()) + " A file is named with its ending, such as ./mine.toml"
    raise Invalid([Problem(where="", what=f"there is no built-in catalogue '{name_or_path}'", fix=fix)])


def _content(file: Path | Traversable) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        what = f"cannot be read: {(error.strerror or 'unknown reason').lower()}"
        raise Invalid([Problem(where="", what=what, fix="name a file that you may read")], str(file)) from error


def _convert(content: bytes, type: type[T], file: str) -> T:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(where=f"line {line}", what="not UTF-8 text", fix="save the file as UTF-8")
        raise Invalid([problem], file) from None
    return convert(parse_toml(text, file), type, file=file)


def _refuse(problems: list[Problem], file: str) -> None:
    if any(problem.severity == "error" for problem in problems):
        raise Invalid(problems, file)
