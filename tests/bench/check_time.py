"""A whole standard check in the bed: wall time over its slowest task, and peak memory."""

from __future__ import annotations

import sys

import msgspec

from probe.model.report import Report
from tests.bed.bed import Bed

from .figure import process, show

ROUNDS = 3


def run(bed: Bed) -> None:
    command = [
        sys.executable,
        "-m",
        "probe",
        "check",
        "--public-roots",
        str(bed.roots),
        "--quiet",
        "--report",
        "json:-",
    ]
    runs = [process(bed.site.command(command), env=bed.site.env, statuses=range(4)) for _ in range(ROUNDS)]
    ratios = []
    for each in runs:
        report = msgspec.json.decode(each.output, type=Report)
        spans = [
            (max(o.started + o.duration for o in m.observations) - min(o.started for o in m.observations), m.task)
            for m in report.measurements
            if m.observations
        ]
        slowest, task = max(spans)
        ratios.append((report.duration / slowest, report.duration, slowest, task))
    ratio, wall, slowest, task = sorted(ratios)[len(ratios) // 2]
    show(
        "standard check, wall time / slowest task",
        f"{ratio:.2f}",
        f"aim <= 1.25 ({wall:.2f} s / {slowest:.2f} s: {task})",
    )
    bare = process([sys.executable, "-c", "import aiohttp, aioquic.asyncio, OpenSSL.SSL, dns.message, msgspec"])
    peak = sorted(each.peak for each in runs)[len(runs) // 2]
    show(
        "standard check, peak memory",
        f"{peak / 1e6:.0f} MB",
        f"aim <= 120 MB; {peak / bare.peak:.2f} x that of importing its libraries",
    )
