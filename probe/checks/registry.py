"""Finds every check: the modules of this folder that define `CHECK`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import probe.checks

from .check import Check


@cache
def checks() -> Mapping[str, Check]:
    """By kind, in alphabetical order."""
    found = {}
    for module in pkgutil.iter_modules(probe.checks.__path__):
        check = getattr(importlib.import_module(f"probe.checks.{module.name}"), "CHECK", None)
        if isinstance(check, Check):
            found[check.kind] = check
    return MappingProxyType(dict(sorted(found.items())))
