"""`callready replay` and `callready diff`: an old run judged again, and two runs beside each other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec

from probe import __version__
from probe.checks.registry import checks
from probe.conclude import conclude
from probe.model.report import CatalogIdentity, Report

from . import inputs, outputs
from .fault import READY, Fault


def replay(arguments: argparse.Namespace) -> int:
    wanted = outputs.destinations(arguments.outputs)
    old = inputs.report(arguments.report)
    if old.plan is None:
        raise Fault(f"{arguments.report}: holds no plan, so it cannot be judged again; use a report of this version")
    loaded = inputs.catalogue(arguments.catalog or old.catalog.name)
    try:
        conclusion = conclude(old.plan, old.measurements, checks(), loaded.catalog, old.environment)
    except msgspec.ValidationError as error:
        raise Fault(
            f"{arguments.report}: its measurements are not those of {old.tool.name} {__version__}: {error}; "
            f"judge it with {old.tool.version}, which measured it"
        ) from error
    new = msgspec.structs.replace(
        old,
        catalog=CatalogIdentity(
            name=loaded.catalog.name, released=loaded.catalog.released.isoformat(), digest=loaded.digest
        ),
        **{name: getattr(conclusion, name) for name in conclusion.__struct_fields__},
    )
    outputs.write(new, wanted)
    if not any(path == "-" for _, path in wanted):
        _show(old, new)
    return READY


def diff(arguments: argparse.Namespace) -> int:
    _show(inputs.report(arguments.old), inputs.report(arguments.new))
    return READY


def _show(old: Report, new: Report) -> None:
    lines = list(changes(old, new))
    print("\n".join(lines) if lines else "Nothing changed.")


def changes(old: Report, new: Report) -> Iterator[str]:
    """One line per difference, the weightiest first."""
    if old.catalog != new.catalog:
        yield (
            f"catalogue: {old.catalog.name} {old.catalog.released} ({old.catalog.digest[:12]}) -> "
            f"{new.catalog.name} {new.catalog.released} ({new.catalog.digest[:12]})"
        )
    if old.verdict != new.verdict:
        yield f"verdict: {old.verdict} -> {new.verdict}"
    if old.score.value != new.score.value:
        yield f"score: {old.score.value} -> {new.score.value}"
    before = {each.id: each.verdict for each in old.personas}
    for persona in new.personas:
        if before.get(persona.id) != persona.verdict:
            yield f"persona {persona.id}: {before.get(persona.id, 'not judged')} -> {persona.verdict}"
    yield from _diagnoses(old, new)
    was = {(each.id, each.persona): each for each in old.requirements}
    for each in new.requirements:
        earlier = was.get((each.id, each.persona))
        if earlier is None or earlier.status != each.status:
            before_that = earlier.status if earlier else "new"
            yield f"{each.id} for {each.persona}: {before_that} -> {each.status}: {each.detail}"
    findings = {each.id: each for each in old.findings}
    for found in new.findings:
        known = findings.get(found.id)
        if known is not None and known.verdict != found.verdict:
            yield f"finding {found.id}: {known.verdict} -> {found.verdict} (limit {known.limit} -> {found.limit})"


def _diagnoses(old: Report, new: Report) -> Iterator[str]:
    gone = {(each.code, each.title) for each in old.diagnoses}
    come = {(each.code, each.title) for each in new.diagnoses}
    for code, title in sorted(gone - come):
        yield f"no longer: {code}: {title}"
    for code, title in sorted(come - gone):
        yield f"now: {code}: {title}"
