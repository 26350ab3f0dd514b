"""`callready catalog list|show|lint|changes|rules`."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator

import msgspec

from catalog import changes as history
from catalog.model import Catalog, Row
from catalog.read import built_in, load, load_history, open_catalog
from catalog.rules import render
from catalog.strict import Invalid, meant

from . import inputs
from .fault import COULD_NOT_RUN, READY, Fault


def catalog(arguments: argparse.Namespace) -> int:
    actions = {"list": _list, "show": _show, "lint": _lint, "changes": _changes, "rules": _rules}
    return actions[arguments.action](arguments)


def _list(_: argparse.Namespace) -> int:
    for name in built_in():
        found = load(name)
        print(f"{name:<20} {found.released}  {found.title}")
    return READY


def _show(arguments: argparse.Namespace) -> int:
    loaded = inputs.catalogue(arguments.catalog)
    found = dict(_rows(loaded.catalog))
    for wanted in arguments.rows:
        if wanted not in found:
            raise Fault(f"row {wanted}: not in {loaded.catalog.name}; {meant(wanted, found)}")
    print(f"{loaded.catalog.title}, released {loaded.catalog.released}, review by {loaded.catalog.review_by}")
    print(f"digest {loaded.digest}")
    for identity in arguments.rows or found:
        kind, row = found[identity]
        print(f"\n{kind} {identity}")
        for key, value in msgspec.to_builtins(row).items():
            if key not in {"id", "mark", "source", "date", "note", "printed"} and value not in (None, [], ""):
                print(f"  {key.replace('_', ' ')}: {_plain(value)}")
        print(f"  known by: {row.mark}, source {row.source}, {row.date}")
        for label, text in (("printed", row.printed), ("note", row.note)):
            if text:
                print(f"  {label}: {text}")
    return READY


def _rows(catalogue: Catalog) -> Iterator[tuple[str, tuple[str, Row]]]:
    """Every row by a name that a person can type."""
    for table in ("personas", "ports", "domains", "hosts", "edge_groups", "edges", "qos", "guidance"):
        for row in getattr(catalogue, table):
            name = getattr(row, "id", None) or f"{row.name}:{row.ports.replace(' ', '')}"
            yield name, (table.removesuffix("s").replace("_", " "), row)
    for subnets in catalogue.subnet_lists:
        for subnet in subnets.subnets:
            yield f"{subnets.id}/{subnet.prefix}", ("subnet", subnet)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in value.items() if each not in (None, [], ""))
    return str(value)


def _lint(arguments: argparse.Namespace) -> int:
    try:
        loaded = open_catalog(arguments.catalog)
    except Invalid as error:
        for problem in error.errors:
            print(f"{error.file}: {problem.severity}: {problem}")
        print(f"{len(error.errors)} problems")
        return COULD_NOT_RUN
    except OSError as error:
        raise Fault(f"{arguments.catalog}: cannot be read: {error.strerror}") from error
    for problem in loaded.warnings:
        print(f"{arguments.catalog}: {problem.severity}: {problem}")
    found = loaded.catalog
    if found.review_by < datetime.datetime.now(datetime.UTC).date():
        print(f"warning: this catalogue was to be reviewed by {found.review_by}; look for a newer release of callready")
    prefixes = sum(len(each.subnets) for each in found.subnet_lists)
    print(
        f"{found.name} {found.released}: sound. {len(found.ports)} port rows, {prefixes} prefixes in "
        f"{len(found.subnet_lists)} lists, {len(found.domains)} domains, {len(found.hosts)} hosts, "
        f"{sum(len(each.names) for each in found.edge_groups)} edge hosts, {len(found.guidance)} rules of guidance, "
        f"{len(found.sources)} sources"
    )
    return READY


def _changes(arguments: argparse.Namespace) -> int:
    try:
        entries = load_history(arguments.catalog)
    except Invalid as error:
        raise Fault(str(error)) from error
    except OSError as error:
        raise Fault(f"{arguments.catalog}: has no history: {error.strerror}") from error
    since = arguments.since or datetime.date.min
    for each in history.since(entries, since):
        day = each.date.isoformat() if each.day_known else f"{each.date:%Y-%m}"
        print(f"{day:<10}  {each.id:<4} {each.summary}  [{each.mark}, {each.source}]")
        for sign, things in (("+", each.added), ("-", each.removed)):
            if things:
                print(f"{'':<16} {sign} {', '.join(things)}")
    return READY


def _rules(arguments: argparse.Namespace) -> int:
    loaded = inputs.catalogue(arguments.catalog)
    try:
        text = render(
            loaded.catalog,
            arguments.format,
            personas=arguments.persona or None,
            level=arguments.level,
            digest=loaded.digest,
        )
    except ValueError as error:
        raise Fault(str(error)) from error
    print(text, end="" if text.endswith("\n") else "\n")
    return READY
