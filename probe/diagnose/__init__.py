"""Causes: pure rules over an indexed view of a run's findings, each with the control that could have refuted it."""

from __future__ import annotations

from probe.model.verdict import Diagnosis

from .rules import IN_ORDER
from .view import View


def diagnose(view: View) -> list[Diagnosis]:
    """Strongest causes first. A finding that one explains gives no ground to a weaker one."""
    found: list[Diagnosis] = []
    for rule in IN_ORDER:
        for each in rule(view):
            found.append(each)
            view = view.without(each.explains)
    return found
