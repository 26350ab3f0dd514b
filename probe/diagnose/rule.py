"""What a diagnosis rule is, and how its result is worded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from catalog.ranges import merge_ranges, parse_ranges, write_ranges
from probe.model.failure import Failure
from probe.model.verdict import Confidence, Diagnosis, Finding, Owner, Place, Scope

from .view import View

Rule = Callable[[View], Iterator[Diagnosis]]
"""Pure. Yields what it can prove with a control; `explains` names the findings that then want no other cause."""


def diagnosis(
    code: str,
    confidence: Confidence,
    owner: Owner,
    title: str,
    *,
    because: list[str],
    fix: str,
    explains: Iterable[Finding],
    scope: Scope | None = None,
    where: Place | None = None,
) -> Diagnosis:
    findings = list(explains)
    return Diagnosis(
        code=code,
        confidence=confidence,
        owner=owner,
        title=title,
        where=where,
        scope=scope,
        because=because,
        fix=fix,
        explains=[each.id for each in findings],
        evidence=list(dict.fromkeys(o for each in findings for o in each.evidence)),
    )


def merged(texts: Iterable[str]) -> list[str]:
    """Port ranges of several texts, as the fewest ranges."""
    ranges = [each for text in texts for each in parse_ranges(text)]
    return [each.strip() for each in write_ranges(merge_ranges(ranges)).split(",")] if ranges else []


def place(view: View, failure: Failure | None) -> Place | None:
    """Where a refusal came from, as far as its sender is known: this host or its gateway."""
    if failure is None:
        return None
    if failure.kind.value == "not_permitted":
        return Place(hop=0, address=None)
    gateway = view.environment.get("gateway")
    if failure.reporter is not None and failure.reporter == gateway:
        return Place(hop=1, address=gateway)
    return None


def listing(words: Iterable[str], most: int = 4) -> str:
    """`a, b, c and 5 more`."""
    words = list(dict.fromkeys(words))
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"
