"""Which ports of a range are tried: stratified, so that no stretch of it is left out."""

from __future__ import annotations

from random import Random

from catalog.ranges import PortRange


def sample(ranges: tuple[PortRange, ...], count: int, random: Random) -> list[int]:
    """`count` ports: one from each of as many strata, even and odd in turn, and always both ends of each range."""
    ends = {port for each in ranges for port in (each.first, each.last)}
    ports = [port for each in ranges for port in each]
    if len(ports) <= count:
        return ports
    strata = max(1, count - len(ends))
    drawn = set(ends)
    for index in range(strata):
        stratum = ports[index * len(ports) // strata : (index + 1) * len(ports) // strata]
        parity = [port for port in stratum if port % 2 == index % 2] or stratum
        drawn.add(random.choice(parity))
    return sorted(drawn)
