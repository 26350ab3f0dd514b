"""The content of a rules file before it takes the form of one product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import msgspec

from ..model import Catalog, Level, PortRow
from ..ranges import PortRange, write_ranges
from ..syntax import Prefix
from .permits import ANYWHERE, Permit, domains, permits

WARNINGS = ("FW-2", "FW-3", "NAT-3", "NAT-4", "NAT-5", "ALG-1")
"""Guidance that whoever writes firewall rules has to know."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that any format says, each entry of text on one line."""

    about: list[str]
    """What this is: catalogue, selection."""
    warnings: list[str]
    inbound: list[str]
    """Rows that come in from the cloud."""
    own: list[str]
    """Rows towards addresses that only the site knows."""
    names: list[str]
    """What a filter of names lets through."""
    permits: list[Permit]

    @property
    def lists(self) -> dict[str, tuple[Prefix, ...]]:
        """Prefixes of each subnet list that a permit uses."""
        return {each.subnet_list: each.destinations for each in self.permits if each.subnet_list}

    @property
    def labels(self) -> list[str]:
        """A name of its own for every permit: its row, numbered where the row has several."""
        total = Counter(each.row for each in self.permits)
        seen: Counter[str] = Counter()
        labels = []
        for each in self.permits:
            seen[each.row] += 1
            labels.append(f"{each.row}.{seen[each.row]}" if total[each.row] > 1 else each.row)
        return labels


def draft(catalog: Catalog, personas: Collection[str] | None, level: Level, digest: str | None) -> Draft:
    """What `catalog` asks of a firewall for these personas (None: everything), down to `level`."""
    concerned = {need.row for each in catalog.personas if personas and each.id in personas for need in each.needs}
    rows = [row for row in catalog.ports if personas is None or row.id in concerned]
    lists = {each.id for each in catalog.subnet_lists}
    own = [row for row in rows if row.direction == "outbound" and row.destination not in {*lists, *ANYWHERE}]
    inbound = [row for row in rows if row.direction == "inbound"]
    names = [row.domain for row in domains(catalog, personas, level)]
    if level == "informational":
        names += [row.domain for row in catalog.revocation]
    guidance = {rule.id: rule.rule for rule in catalog.guidance}
    return Draft(
        about=[
            f"Egress for {one_line(catalog.title)}, from catalogue {one_line(catalog.name)} of {catalog.released}",
            f"Catalogue digest (SHA-256): {digest or 'not given'}",
            f"Personas: {', '.join(personas) if personas else 'all'}; rows down to level: {level}",
        ],
        warnings=[f"{name}: {one_line(guidance[name])}" for name in WARNINGS if name in guidance],
        inbound=[_line(row) for row in inbound],
        own=[_line(row) for row in own],
        names=list(dict.fromkeys(map(one_line, names))),
        permits=permits(catalog, personas, level),
    )


def one_line(text: str, limit: int | None = None) -> str:
    """`text` without line breaks and control characters, so that it cannot leave a comment; cut at `limit`."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if limit is None or len(line) <= limit else f"{line[: limit - 3]}..."


def ascii_line(text: str, limit: int | None = None) -> str:
    """As `one_line`, for products that read nothing but ASCII."""
    return one_line(text.encode("ascii", "replace").decode(), limit)


def shown_ports(ranges: tuple[PortRange, ...]) -> str:
    """Ranges as text; none of them stands for all."""
    return write_ranges(ranges) or "any"


def _line(row: PortRow) -> str:
    ports = ", ".join(service.ports for service in row.services) or "your ports"
    origin = f"list {row.origin}" if row.origin else row.client
    flow = f"{'/'.join(row.protocols)} from {origin}:{row.source_ports} to {row.destination}:{ports}"
    return one_line(f"{row.id} {row.purpose}: {flow}")
