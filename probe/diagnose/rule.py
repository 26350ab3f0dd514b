"""What a diagnosis rule is, and how its result is worded."""

from __future__ import annotations

import ipaddress
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


_INSIDE = [
    ipaddress.ip_network(each)
    for each in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "100.64.0.0/10",
        "fc00::/7",
        "fe80::/10",
    )
]


def is_inside(address: str) -> bool:
    """Private (RFC 1918, RFC 4193), shared (RFC 6598), link-local or this host's own."""
    found = ipaddress.ip_address(address)
    return any(found in each for each in _INSIDE if each.version == found.version)


def telling(view: View, tasks: Iterable[str]) -> Failure | None:
    """The failure that says most: one whose sender is known, else the first."""
    failures = [each for each in map(view.failure, tasks) if each is not None]
    return next((each for each in failures if each.reporter is not None), next(iter(failures), None))


def owner_of(view: View, failure: Failure | None) -> Owner:
    """The provider, where a router beyond the first public one of the path refused; else the site's firewall."""
    if failure is None or failure.reporter is None:
        return "firewall"
    before = view.hops_before(failure.reporter)
    return "isp" if any(not is_inside(each) for each in before) else "firewall"


def place(view: View, failure: Failure | None) -> Place | None:
    """Where a refusal came from, as far as its sender is known: this host, its gateway, or a router that was traced."""
    if failure is None:
        return None
    if failure.kind.value == "not_permitted":
        return Place(hop=0, address=None)
    if failure.reporter is None:
        return None
    hop = 1 if failure.reporter == view.environment.get("gateway") else view.hop_of(failure.reporter)
    return Place(hop=hop, address=failure.reporter) if hop is not None else None


def listing(words: Iterable[str], most: int = 4) -> str:
    """`a, b, c and 5 more`."""
    words = list(dict.fromkeys(words))
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"
