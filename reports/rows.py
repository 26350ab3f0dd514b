"""Requirement results by catalogue row: the matrix of rows and personas, and the list of what is not met."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from probe.model.plan import Requirement
from probe.model.report import Report
from probe.model.verdict import Coverage, Proof, RequirementResult, RequirementStatus

from .quantity import ratio

# worst first: what a cell shows when a persona depends on several parts of one row
_ORDER: list[RequirementStatus] = ["unmet", "partly-met", "unverified", "met"]
_LEVELS = ["required", "recommended", "informational"]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    status: RequirementStatus
    proof: Proof
    warned: bool
    """A measured value lies between good and poor."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the matrix; a persona without a cell does not depend on it."""

    id: str
    """The catalogue's rows that say the same for different clients."""
    title: str
    level: str
    flow: str
    """Protocol, ports and destination, where the report holds its plan."""
    cells: dict[str, Cell]


class Shortfall(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not met, for the personas of which the same can be said."""

    row: str
    title: str
    level: str
    status: RequirementStatus
    flow: str
    detail: str
    coverage: str
    personas: list[str]


def matrix(report: Report) -> list[Row]:
    flows = _flows(report)
    groups: dict[str, list[RequirementResult]] = {}
    for result in report.requirements:
        groups.setdefault(result.title, []).append(result)
    return [
        Row(
            id=_rows(results),
            title=title,
            level=min((r.level for r in results), key=_LEVELS.index),
            flow=next((flows[r.id] for r in results if r.id in flows), ""),
            cells=_cells(results),
        )
        for title, results in groups.items()
    ]


def shortfalls(report: Report) -> list[Shortfall]:
    """What is unmet, partly met or unverified: required before recommended, worst first."""
    flows = _flows(report)
    groups: dict[tuple[str, str, RequirementStatus, str], list[RequirementResult]] = {}
    for result in report.requirements:
        if result.status != "met":
            key = (result.title, result.level, result.status, result.detail)
            groups.setdefault(key, []).append(result)
    found = [
        Shortfall(
            row=_rows(results),
            title=title,
            level=level,
            status=status,
            flow=next((flows[r.id] for r in results if r.id in flows), ""),
            detail=detail,
            coverage=covered(results[0].coverage),
            personas=list(dict.fromkeys(r.persona for r in results)),
        )
        for (title, level, status, detail), results in groups.items()
    ]
    return sorted(found, key=lambda gap: (_LEVELS.index(gap.level), _ORDER.index(gap.status)))


def covered(coverage: Coverage) -> str:
    """`12 of 30 hosts shown, 2 failed`."""
    text = f"{coverage.proven} of {coverage.asked} {coverage.unit} shown"
    if coverage.failed:
        text += f", {coverage.failed} failed"
    if coverage.bound is not None:
        text += f"; at most {ratio(coverage.bound)} of the range is blocked (95 % confidence)"
    return text


def _rows(results: Iterable[RequirementResult]) -> str:
    return " ".join(dict.fromkeys(result.row for result in results))


def _cells(results: Iterable[RequirementResult]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for result in sorted(results, key=lambda r: _ORDER.index(r.status)):
        known = cells.get(result.persona)
        status, proof = (known.status, known.proof) if known else (result.status, result.proof)
        warned = result.warned or bool(known and known.warned)
        cells[result.persona] = Cell(status=status, proof=proof, warned=warned)
    return cells


def _flows(report: Report) -> dict[str, str]:
    planned = report.plan.requirements if report.plan else []
    return {requirement.id: _flow(requirement) for requirement in planned}


def _flow(requirement: Requirement) -> str:
    there = f"subnet list {requirement.destination}" if requirement.prefixes else requirement.destination
    return f"{requirement.protocol.upper()} {requirement.ports} to {there}"
