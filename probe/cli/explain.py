"""`callready explain`: what a diagnosis or finding means, how it is proven, and how to fix it."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from catalog.model import Catalog
from catalog.read import load
from catalog.strict import nearest
from probe.explanations.read import Explanation, diagnoses, findings

from .fault import READY, Fault

WIDTH = 80
_NOT_YET = "No rule of this version produces this diagnosis; a later release does. It is going to need:"


def explain(arguments: argparse.Namespace) -> int:
    lines = _all() if arguments.code is None else _one(_find(arguments.code))
    print("\n".join(lines))
    return READY


def _find(code: str) -> Explanation:
    known = {**diagnoses(), **findings()}
    if code not in known:
        close = nearest(code, known)
        advice = f"did you mean '{close}'?" if close else "`callready explain` lists them all"
        raise Fault(f"explain {code}: there is no such code; {advice}")
    return known[code]


def _all() -> Iterator[str]:
    yield "Diagnoses: causes, each proven by an experiment that could have refuted it"
    yield from _listing(diagnoses())
    yield ""
    yield "Findings: what one check saw"
    yield from _listing(findings())
    yield ""
    yield "-  no rule of this version produces it yet"
    yield "`callready explain CODE` says what it means, how it is proven, how to fix it."


def _listing(known: Mapping[str, Explanation]) -> Iterator[str]:
    width = max(map(len, known))
    for area, members in groupby(known.values(), lambda each: each.area):
        yield f"\n  {area}"
        for each in members:
            yield f"  {' ' if each.produced else '-'} {each.code:<{width}}  {each.title}"


def _one(found: Explanation) -> Iterator[str]:
    yield f"{found.code}: {found.title}"
    yield from _section("What it means", _wrapped(found.means))
    proof = [] if found.produced else list(_wrapped(_NOT_YET))
    yield from _section("How it is proven", [*proof, *_points(f"- {each}" for each in found.proven)])
    if found.fix:
        steps = (f"{number}. {step.at}: {step.do}" for number, step in enumerate(found.fix, 1))
        yield from _section("How to fix it", _points(steps, indent=5))
    if found.rows or found.sources:
        catalogue = load()
        yield from _section("Rows of the catalogue", _table(_rows(found, catalogue)))
        yield from _section("Sources", _table(_sources(found, catalogue)))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    lines = list(lines)
    return ["", title, *lines] if lines else []


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _points(texts: Iterable[str], indent: int = 4) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent=" " * indent)


def _table(rows: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, rows), default=0)
    for name, text in rows.items():
        first = f"  {name:<{width}}  "
        yield from textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first]


def _rows(found: Explanation, catalogue: Catalog) -> dict[str, str]:
    known = {each.id: f"{each.purpose} ({each.client})" for each in catalogue.ports}
    known |= {each.id: each.rule for each in catalogue.guidance}
    known |= {each.id: f"{each.client}, {each.traffic}: marking" for each in catalogue.qos}
    return {each: known[each] for each in found.rows}


def _sources(found: Explanation, catalogue: Catalog) -> dict[str, str]:
    known = {each.key: ", ".join(filter(None, (each.title, each.reference))) for each in catalogue.sources}
    return {each: known.get(each) or _rfc(each) for each in found.sources}


def _rfc(name: str) -> str:
    return f"https://www.rfc-editor.org/rfc/{name.replace(' ', '').lower()}"
