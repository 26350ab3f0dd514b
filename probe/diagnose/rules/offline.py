"""network.offline: this host has no route, so that no other finding means anything."""

from __future__ import annotations

from collections.abc import Iterator

from probe.model.failure import FailureKind
from probe.model.verdict import Diagnosis

from ..rule import diagnosis
from ..view import View


def offline(view: View) -> Iterator[Diagnosis]:
    """Control: not one operation of the whole run was answered, and this host itself said it has no route."""
    if view.anything_answered():
        return
    failures = [o.failure for m in view.measurements.values() for o in m.observations if o.failure is not None]
    routeless = [each for each in failures if each.kind is FailureKind.NO_ROUTE]
    if not routeless:
        return
    yield diagnosis(
        "network.offline",
        "certain",
        "host",
        "This machine has no network",
        because=[
            f"{len(routeless)} of {len(failures)} attempts ended on this machine: no route",
            "nothing at all was answered",
        ],
        fix="Connect the network interface, or give it an address and a default route; then run the check again.",
        explains=[each for each in view.findings if each.verdict == "fail"],
    )
