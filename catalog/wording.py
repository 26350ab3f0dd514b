"""Values and types in the words of a person who writes TOML."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

FORMS = {"ports": "ports and ranges in quotes, such as '5004, 9000, 19560-65535'"}
"""What a text with a pattern looks like, by the title of the pattern."""

LONGEST = 60
"""Characters of a value that are repeated in a message."""

_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a decimal point",
    str: "text",
    datetime.datetime: "a date with a time",
    datetime.date: "a date",
    datetime.time: "a time of day",
    list: "a list",
}
_SIMPLE: list[tuple[type[inspect.Type], set[type], str]] = [
    (inspect.BoolType, {bool}, "true or false"),
    (inspect.IntType, {int}, "a whole number"),
    (inspect.FloatType, {int, float}, "a number"),
    (inspect.StrType, {str}, "text in quotes"),
    (inspect.DateTimeType, {datetime.datetime}, "a date and time without quotes, such as 2024-07-18T09:30:00Z"),
    (inspect.DateType, {datetime.date}, "a date without quotes, such as 2024-07-18"),
    (inspect.TimeType, {datetime.time}, "a time of day without quotes, such as 09:30:00"),
    (inspect.StructType, {dict}, "a table"),
    (inspect.DictType, {dict}, "a table"),
]
_LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)


def shown(value: object) -> str:
    """`value` on one line, cut where it is long."""
    if isinstance(value, Mapping | list):
        return "this"
    text = f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def kind_of(value: object) -> str:
    """What `value` is."""
    return _KINDS.get(type(value), "a table")


def wanted(annotation: Any) -> str:
    """What would do as an `annotation`."""
    return _wanted(inspect.type_info(annotation), None)


def takes(kind: type, annotation: Any) -> bool:
    """Whether some value of `kind` would do as an `annotation`."""
    return kind in _kinds(inspect.type_info(annotation))


def _wanted(described: inspect.Type, title: str | None) -> str:
    match described:
        case inspect.Metadata():
            return _wanted(described.type, (described.extra_json_schema or {}).get("title", title))
        case inspect.UnionType():
            parts = [_wanted(member, title) for member in described.types if not isinstance(member, inspect.NoneType)]
            return " or ".join(dict.fromkeys(parts))
        case inspect.LiteralType(values=values):
            return _one_of([shown(value) for value in values])
        case inspect.EnumType(cls=cls):
            return _one_of([shown(member.value) for member in cls])
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType() | inspect.FrozenSetType():
            if isinstance(described.item_type, inspect.StructType):
                return "a list of tables, each under its name in double brackets"
            return f"a list in brackets, each item {_wanted(described.item_type, None)}"
        case inspect.IntType() | inspect.FloatType():
            return _number(described)
        case inspect.StrType() if title in FORMS:
            return FORMS[title]
    return next((words for simple, _, words in _SIMPLE if isinstance(described, simple)), "another value")


def _one_of(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"


def _number(described: inspect.IntType | inspect.FloatType) -> str:
    words = "a whole number" if isinstance(described, inspect.IntType) else "a number"
    if described.ge is not None and described.le is not None:
        return f"{words} from {described.ge} to {described.le}"
    bounds = [
        (described.ge, "at least"),
        (described.gt, "above"),
        (described.le, "at most"),
        (described.lt, "below"),
    ]
    limits = [f"{bound} {limit}" for limit, bound in bounds if limit is not None]
    return " ".join([words, " and ".join(limits)]).strip()


def _kinds(described: inspect.Type) -> set[type]:
    match described:
        case inspect.Metadata():
            return _kinds(described.type)
        case inspect.UnionType():
            return set().union(*map(_kinds, described.types))
        case inspect.LiteralType(values=values):
            return {type(value) for value in values}
        case inspect.EnumType(cls=cls):
            return {type(member.value) for member in cls}
    if isinstance(described, _LISTS):
        return {list}
    return next((kinds for simple, kinds, _ in _SIMPLE if isinstance(described, simple)), set())
