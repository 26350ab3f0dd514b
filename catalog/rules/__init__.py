"""Firewall rules from a catalogue, in the language of several products."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import get_args

from ..model import Catalog, Level
from ..strict import meant
from . import cisco_asa, cisco_ios, csv, nftables
from .draft import Draft, draft

FORMATS: dict[str, Callable[[Draft], str]] = {
    "csv": csv.write,
    "nftables": nftables.write,
    "cisco-asa": cisco_asa.write,
    "cisco-ios": cisco_ios.write,
}


def render(
    catalog: Catalog,
    format: str,
    personas: Collection[str] | None = None,
    level: Level = "informational",
    *,
    digest: str | None = None,
) -> str:
    """What `catalog` needs let out, for these personas (None or empty: all rows), as a file in `format`.

    `level` is the least important that is still let out: `informational` opens everything that a check may try.
    The same arguments give the same bytes. Raises ValueError for an unknown format, persona or level.
    """
    known = [persona.id for persona in catalog.personas]
    _known("format", [format], FORMATS)
    _known("persona", personas or (), known)
    _known("level", [level], get_args(Level))
    chosen = [each for each in known if each in personas] if personas else None
    return FORMATS[format](draft(catalog, chosen, level, digest))


def _known(kind: str, words: Collection[str], choices: Collection[str]) -> None:
    for word in words:
        if word not in choices:
            raise ValueError(f"'{word}' is no {kind}; {meant(word, choices)}")
