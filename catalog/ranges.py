"""Port ranges as people write them: `5062`, `19560-65535`, `5004, 9000, 8500-8699`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

HIGHEST_PORT = 65535


class PortRange(msgspec.Struct, frozen=True, order=True):
    """Consecutive ports, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


def parse_ranges(text: str) -> tuple[PortRange, ...]:
    """Ranges of `text`, in the order written. Raises ValueError naming the part that is wrong."""
    ranges = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ValueError(f"'{part.strip()}' is not a port or a range such as 19560-65535")
        low, high = int(first), int(last if dash else first)
        if not 1 <= low <= high <= HIGHEST_PORT:
            raise ValueError(f"'{part.strip()}' is not within 1-{HIGHEST_PORT}, lowest first")
        ranges.append(PortRange(low, high))
    return tuple(ranges)


def merge_ranges(ports: Iterable[int | PortRange]) -> tuple[PortRange, ...]:
    """The fewest ranges that hold exactly `ports`, ascending."""
    pairs = sorted((p, p) if isinstance(p, int) else (p.first, p.last) for p in ports)
    merged: list[PortRange] = []
    first, last = pairs[0] if pairs else (0, 0)
    for low, high in pairs:
        if low > last + 1:
            merged.append(PortRange(first, last))
            first, last = low, high
        elif high > last:
            last = high
    return (*merged, PortRange(first, last)) if pairs else ()


def write_ranges(ranges: Iterable[PortRange]) -> str:
    """The text that `parse_ranges` reads back."""
    return ", ".join(map(str, ranges))
