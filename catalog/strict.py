"""Strict reading of what people write: every mistake of a file at once, each with its key path, in plain words."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from .wording import kind_of, shown, takes, wanted

T = TypeVar("T")

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake: where it is, what is wrong, what to do."""

    where: str
    """Key path such as `ports[3].services[0].ports`, counted from 0, or `line 7, column 3`; empty: the whole file."""
    what: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.fix}" if self.where else f"{self.what}; {self.fix}"


class Invalid(ValueError):
    """Something that a person wrote cannot be used. `errors` is never empty."""

    def __init__(self, errors: Iterable[Problem], file: str = "") -> None:
        self.errors = list(errors)
        self.file = file
        super().__init__("\n".join(f"{file}: {each}" if file else str(each) for each in self.errors))


def parse_toml(text: str, file: str = "") -> dict[str, Any]:
    """The tables of `text`. Raises Invalid with line and column where it is not TOML 1.0."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem = Problem(where="", what="the values are nested too deeply", fix="use fewer brackets within brackets")
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_PLACE.search(message)
        what = message[: place.start()] if place else message
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        if place and place[1]:
            line, column = int(place[1]), int(place[2])
        where = f"line {line}, column {column}"
        problem = Problem(where=where, what=f"not TOML: {what[:1].lower()}{what[1:]}", fix="correct the file there")
    except ValueError:  # of int(), which reads no more than some thousand digits
        problem = Problem(where="", what="a number has thousands of digits", fix="write a shorter one")
    raise Invalid([problem], file)


def convert(data: object, type: type[T], *, where: str = "", file: str = "") -> T:
    """`data`, as read from TOML, as a `type`. Raises Invalid with every mistake; `where` is the key path of `data`."""
    try:
        return msgspec.convert(data, type)
    except msgspec.ValidationError as error:
        problems: list[Problem] = []
        _check(data, type, where, problems)
        raise Invalid(problems or [_unforeseen(error, where)], file) from None


def join(where: str, key: object) -> str:
    """The key path of `key` within `where`, quoted as TOML wants it."""
    text = str(key)
    if not _BARE_KEY.fullmatch(text):
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{where}.{text}" if where else text


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` was probably meant to be."""
    lowered = {each.lower(): each for each in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1)
    return lowered[close[0]] if close else None


def meant(word: str, known: Iterable[str]) -> str:
    """The advice for `word`, which is none of `known`."""
    known = list(known)
    if close := nearest(word, known):
        return f"did you mean '{close}'?"
    return f"use one of: {', '.join(known)}" if known else "remove it"


def _check(value: object, type: Any, where: str, problems: list[Problem]) -> None:
    """Adds to `problems` whatever keeps `value` from being a `type`: the smallest parts first, then the whole."""
    before = len(problems)
    branch = _branch(value, type)
    if isinstance(value, Mapping):
        if _is_struct(branch):
            _check_struct(value, branch, where, problems)
        elif len(items := get_args(branch)) == 2:
            for key, item in value.items():
                _check(item, items[1], join(where, key), problems)
        elif branch is None and (tagged := _structs(type)):
            problems.append(_untagged(value, tagged, where))
    elif isinstance(value, list) and (items := get_args(branch)):
        for index, item in enumerate(value):
            _check(item, items[0], f"{where}[{index}]", problems)
    if len(problems) == before:
        _check_whole(value, type, where, problems)


def _branch(value: object, type: Any) -> Any:
    """The member of `type` that a table or a list was meant to be; None where there is no such member."""
    members = _members(type)
    if isinstance(value, list):
        return next((each for each in members if get_origin(each) in (list, tuple, set, frozenset)), None)
    if not isinstance(value, Mapping):
        return None
    structs = _structs(type)
    if len(structs) > 1:
        return next((each for each in structs if each.__struct_config__.tag == value.get(_tag_field(each))), None)
    return structs[0] if structs else next((each for each in members if get_origin(each) is dict), None)


def _members(type: Any) -> list[Any]:
    """The alternatives of a union, without their annotations; `type` itself where it is none."""
    if get_origin(type) is Annotated:
        return _members(get_args(type)[0])
    if get_origin(type) in (Union, UnionType):
        return [bare for member in get_args(type) for bare in _members(member)]
    return [type]


def _is_struct(type: Any) -> bool:
    return isinstance(type, msgspec.StructMeta)


def _structs(type: Any) -> list[Any]:
    return [member for member in _members(type) if _is_struct(member)]


def _tag_field(struct: Any) -> str:
    return struct.__struct_config__.tag_field or ""


def _untagged(value: Mapping[str, object], structs: list[Any], where: str) -> Problem:
    field = _tag_field(structs[0])
    tags = [str(each.__struct_config__.tag) for each in structs]
    if field in value:
        tag = value[field]
        return Problem(where=join(where, field), what=f"{shown(tag)} is unknown", fix=meant(str(tag), tags))
    return Problem(where=join(where, field), what="missing key", fix=f"add it: one of {', '.join(tags)}")


def _check_struct(value: Mapping[str, object], struct: Any, where: str, problems: list[Problem]) -> None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    known = [*fields, *filter(None, [_tag_field(struct)])]
    misspelt = set()
    for key in value:
        if key in known or not struct.__struct_config__.forbid_unknown_fields:
            continue
        close = nearest(key, [name for name in known if name not in value]) or nearest(key, known)
        misspelt.add(close)
        fix = f"did you mean '{close}'?" if close else f"remove it; the keys here are {', '.join(known)}"
        problems.append(Problem(where=join(where, key), what="unknown key", fix=fix))
    for name, field in fields.items():
        if name in value:
            _check(value[name], field.type, join(where, name), problems)
        elif field.required and name not in misspelt:
            problems.append(Problem(where=join(where, name), what="missing key", fix=f"add it: {wanted(field.type)}"))


def _check_whole(value: object, type: Any, where: str, problems: list[Problem]) -> None:
    """Leaves `value` to msgspec, and says in words what it refuses."""
    try:
        msgspec.convert(value, type)
    except msgspec.ValidationError as error:
        literals = [member for member in _members(type) if get_origin(member) is Literal]
        choices = [choice for literal in literals for choice in get_args(literal) if isinstance(choice, str)]
        if isinstance(value, str) and choices and str not in _members(type):
            problem = Problem(where=where, what=f"{shown(value)} is unknown", fix=meant(value, choices))
        elif not takes(value.__class__, type):
            problem = Problem(where=where, what=f"{shown(value)} is {kind_of(value)}", fix=f"write {wanted(type)}")
        elif isinstance(value, Mapping | list):
            problem = _unforeseen(error, where)
        else:
            problem = Problem(where=where, what=f"{shown(value)} is not possible here", fix=f"write {wanted(type)}")
        problems.append(problem)


def _unforeseen(error: msgspec.ValidationError, where: str) -> Problem:
    """A rule of the type itself, which speaks for itself."""
    message, _, path = str(error).partition(" - at `$")
    return Problem(where=(where + path.rstrip("`")).lstrip("."), what=message, fix="correct the value")
