"""Reads the explanations when they are first asked for; every code is an entry of `codes.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

import msgspec

At = Literal["firewall", "router", "switch", "proxy", "host", "DNS", "phones", "ISP", "Webex", "site file", "responder"]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing for an admin to do, and where."""

    at: At
    do: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: str
    title: str
    means: str
    proven: list[str]
    """The control experiments. Of a diagnosis that is not `produced`: those that it is going to need."""
    produced: bool = True
    """False: no rule of this version gives this diagnosis."""
    fix: list[Step] = []
    rows: list[str] = []
    """Ids of the built-in catalogue."""
    sources: list[str] = []
    """Keys of the built-in catalogue's sources, and RFCs."""

    @property
    def area(self) -> str:
        return self.code.partition(".")[0]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    diagnoses: list[Explanation]
    findings: list[Explanation]


@cache
def _file() -> _File:
    text = resources.files(__package__).joinpath("codes.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File)


def diagnoses() -> Mapping[str, Explanation]:
    """By code, in the order of the file."""
    return MappingProxyType({each.code: each for each in _file().diagnoses})


def findings() -> Mapping[str, Explanation]:
    """By code, in the order of the file."""
    return MappingProxyType({each.code: each for each in _file().findings})
