"""The report: schema `callready-report` 1.n. Minor versions only add optional fields."""

from __future__ import annotations

from typing import Any

import msgspec

from .measurement import Measurement
from .plan import Plan
from .verdict import Diagnosis, Finding, PersonaResult, RequirementResult, Score, Verdict

MAJOR, MINOR = 1, 0


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    name: str = "callready-report"
    major: int = MAJOR
    minor: int = MINOR


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str


class CatalogIdentity(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    released: str
    digest: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    schema: Schema
    id: str
    started_at: str
    """RFC 3339, UTC."""
    duration: float
    """Seconds."""
    cut_short: bool
    tool: Tool
    catalog: CatalogIdentity
    site: dict[str, Any]
    environment: dict[str, Any]
    verdict: Verdict
    score: Score
    personas: list[PersonaResult]
    requirements: list[RequirementResult]
    diagnoses: list[Diagnosis]
    findings: list[Finding]
    measurements: list[Measurement]
    plan: Plan | None = None
    """What the run set out to do, so that it can be judged again."""
