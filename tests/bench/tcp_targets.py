"""TCP targets through the engine beside `nmap -sT`, on the same targets behind the bed's NAT, with the same answers."""

from __future__ import annotations

import re
import sys
from collections import Counter

from tests.bed.bed import Bed
from tests.bed.programs import find

from .figure import process, show

HOSTS = 10


def run(bed: Bed) -> None:
    for count in (1_000, 10_000):
        each = count // HOSTS
        _compare(bed, each, "all answer")
        dropped = f"{8000 + each - each // 10}-{8000 + each - 1}"
        with bed.gateway.drop(f"tcp dport {dropped}"):
            _compare(bed, each, "one in ten dropped")


def _compare(bed: Bed, each: int, mix: str) -> None:
    addresses = bed.cloud_data.edges[:HOSTS]
    ports = f"8000-{8000 + each - 1}"
    engine = [sys.executable, "-m", "tests.bench.tcp_engine", ports, *addresses]
    opened, silent, seconds, whole = _read(process(bed.site.command(engine), env=bed.site.env).output)
    nmap = [find("nmap"), "-sT", "-Pn", "-n", "-p", ports, "-oX", "-", *addresses]
    theirs = process(bed.site.command(nmap), env=bed.site.env)
    show(
        f"{each * HOSTS:>6} TCP targets, {mix}",
        f"{seconds / theirs.wall:.2f} x nmap's time",
        f"({seconds:.2f} s, with Python's start {whole:.2f} s; nmap {theirs.wall:.2f} s) "
        f"answers: {_answers(theirs.output, opened, silent)}",
    )


def _read(output: str) -> tuple[int, int, float, float]:
    opened, silent, seconds, whole = output.split()[-4:]
    return int(opened), int(silent), float(seconds), float(whole)


def _answers(xml: str, opened: int, silent: int) -> str:
    """nmap lists ports one by one or, where many are alike, as a count."""
    counts = Counter(re.findall(r'<state state="(\w+)"', xml))
    for state, number in re.findall(r'<extraports state="(\w+)" count="(\d+)"', xml):
        counts[state] += int(number)
    if (counts["open"], counts["filtered"]) == (opened, silent):
        return f"the same ({opened} open, {silent} silent)"
    return f"open {opened} and {counts['open']}, silent {silent} and {counts['filtered']}"
