"""What came of one measurement, in a word and a line: facts, before any judgement."""

from __future__ import annotations

from typing import Literal

import msgspec

from probe.model.evidence import RangeEvidence
from probe.model.failure import FailureKind
from probe.model.measurement import Measurement, Observation

from .quantity import seconds

Word = Literal["answered", "silent", "failed", "skipped", "broken", "cut short"]

# how far an operation got towards its goal: the furthest one tried decides
_DEPTH = {"resolve": 0, "connect": 1, "handshake": 2, "exchange": 3, "request": 3, "upgrade": 4, "probe": 3}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    word: Word
    detail: str = ""


def outcome(measurement: Measurement) -> Outcome:
    """`failed` when every try of the furthest operation failed; a repeated try that worked counts as an answer."""
    if measurement.status == "done":
        return _done(measurement.observations)
    word: Word = "cut short" if measurement.status == "cut_short" else measurement.status
    return Outcome(word=word, detail=measurement.reason or "no reason was recorded")


def failure_line(observation: Observation) -> str:
    """`connect: timeout after 3.0 s (no answer), reported by 192.0.2.1`; empty for a success."""
    failure = observation.failure
    if failure is None:
        return ""
    line = f"{observation.operation}: {failure.kind.value} after {seconds(observation.duration)}"
    if failure.detail and not failure.detail.startswith("no answer within"):
        line += f" ({failure.detail})"
    if failure.reporter:
        line += f", reported by {failure.reporter}"
    return line


def _done(observations: list[Observation]) -> Outcome:
    if not observations:
        return Outcome(word="answered", detail="nothing to send")
    deepest = max(_DEPTH[o.operation] for o in observations)
    furthest = [o for o in observations if _DEPTH[o.operation] == deepest]
    failed = [o for o in furthest if o.failure]
    if failed and all(o.failure and o.failure.kind is FailureKind.INTERRUPTED for o in furthest):
        return Outcome(word="cut short", detail=failure_line(failed[-1]))
    if len(failed) == len(furthest):
        return Outcome(word="failed", detail=failure_line(failed[-1]))
    swept = [o.evidence for o in furthest if isinstance(o.evidence, RangeEvidence)]
    if swept and not any(each.answered or each.unreachable for each in swept):
        rejected = [each.rejected for each in swept if each.rejected]
        return Outcome(word="silent", detail=f"rejected: {', '.join(rejected)}" if rejected else "no port answered")
    if failed:
        return Outcome(word="answered", detail=f"{len(failed)} of {len(furthest)} tries failed")
    return Outcome(word="answered")
