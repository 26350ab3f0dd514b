"""Runs the unmodified `callready check` in the bed's site, and reads its report."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from probe.model.report import Report

from .bed import Bed


class Checked(msgspec.Struct, frozen=True):
    status: int
    """Exit status."""
    report: Report

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.report.diagnoses]

    @property
    def verdicts(self) -> dict[str, str]:
        return {each.id: each.verdict for each in self.report.personas}

    def statuses(self, status: str) -> set[str]:
        """Ids of the requirements with this status."""
        return {each.id for each in self.report.requirements if each.status == status}


def check(bed: Bed, *options: str, privileged: bool = True) -> Checked:
    command = [sys.executable, "-m", "probe", "check", "--public-roots", str(bed.roots), "--quiet", *options]
    done = bed.site.run([*command, "--report", "json:-"], timeout=120, privileged=privileged)
    try:
        report = msgspec.json.decode(done.stdout, type=Report)
    except msgspec.DecodeError:
        raise AssertionError(f"exit {done.returncode}, no report; said: {done.stderr}") from None
    return Checked(done.returncode, report)


def scopes(checked: Checked) -> list[tuple[str, str, Sequence[str], Sequence[str]]]:
    """Code, protocol, source ports and ports of each diagnosis."""
    return [
        (each.code, each.scope.protocol, each.scope.source_ports, each.scope.ports)
        for each in checked.report.diagnoses
        if each.scope is not None
    ]
