"""What the measurements mean: findings, requirement statuses, diagnoses and the score."""

from __future__ import annotations

from typing import Literal

import msgspec

from catalog.model import Level

Verdict = Literal["ready", "at-risk", "not-ready", "undetermined"]
Proof = Literal["answered", "egress", "none"]
RequirementStatus = Literal["met", "partly-met", "unmet", "unverified"]
Owner = Literal["host", "lan", "firewall", "proxy", "isp", "provider", "responder"]
Confidence = Literal["certain", "likely", "possible"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One statement about one task, with the measured value and the limit it was held against."""

    id: str
    code: str
    verdict: Literal["pass", "warn", "fail", "unknown"]
    task: str
    title: str
    metric: str | None = None
    value: float | str | None = None
    limit: float | str | None = None
    evidence: list[str] = []
    """Ids of observations."""
    source: str | None = None
    """Where the limit or the demand comes from."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what was to be shown was shown."""

    asked: int
    proven: int
    failed: int = 0
    bound: float | None = None
    """Of a sampled range: at most this share is blocked, at 95 % confidence."""
    unit: str = "targets"


class RequirementResult(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    persona: str
    status: RequirementStatus
    proof: Proof
    coverage: Coverage
    detail: str
    row: str
    level: Level
    title: str
    evidence: list[str] = []
    """Ids of findings."""
    warned: bool = False
    """A measured value lies between good and poor."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The last device that still handled the flow; hop 0 is this host."""

    hop: int
    address: str | None


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly what is blocked of what the catalogue needs."""

    protocol: str
    source_ports: list[str]
    ports: list[str]
    destinations: list[str]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    confidence: Confidence
    owner: Owner
    title: str
    where: Place | None
    scope: Scope | None
    because: list[str]
    """The control experiments, one sentence each."""
    fix: str
    explains: list[str]
    evidence: list[str]


class ScorePart(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    weight: float
    value: float | None
    """0–100; None: nothing was measured."""
    because: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    value: int | None
    parts: list[ScorePart]
    capped_by: str | None


class PersonaResult(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    verdict: Verdict
    score: int | None
