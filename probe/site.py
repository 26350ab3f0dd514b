"""What a site says of itself, in its `site.toml`: strict, every key optional but the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from catalog.model import Catalog, Level, Ports, Region, Strict, Use
from catalog.strict import Invalid, Problem, convert, meant, parse_toml


class SiteEdge(Strict, frozen=True, kw_only=True):
    """The edge host that Control Hub shows for a local gateway."""

    host: str
    trunk: Literal["registration", "certificate"]
    port: int | None = None


class SiteHost(Strict, frozen=True, kw_only=True):
    """Something more to reach, beside the catalogue's hosts."""

    name: str
    ports: Ports
    use: Use = "https"
    row: str | None = None
    """The catalogue's port row it belongs to, such as `P5` for a PSTN gateway."""
    personas: list[str] = []
    """None named: all of the site's."""
    level: Level = "required"
    path: str = "/"


class Site(Strict, frozen=True, kw_only=True):
    schema: Literal[1] = 1
    name: str = ""
    personas: list[str] = []
    regions: list[Region] = []
    edges: list[SiteEdge] = []
    hosts: list[SiteHost] = []
    time_servers: list[str] = []
    include: list[str] = []
    """Requirements that apply only under a condition, and do here: such as `P7/6970` or `P8/8443`."""


def read(path: Path, catalog: Catalog) -> Site:
    """Raises `Invalid` with every fault of the file; OSError if it cannot be read."""
    file = str(path)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(
            [Problem(where="", what=f"is not UTF-8 text: {error.reason}", fix="save it as UTF-8")], file
        ) from error
    site = convert(parse_toml(text, file), Site, file=file)
    problems = list(_unknown(site, catalog))
    if problems:
        raise Invalid(problems, file)
    return site


def _unknown(site: Site, catalog: Catalog) -> list[Problem]:
    personas = [each.id for each in catalog.personas]
    rows = [each.id for each in catalog.ports]
    named = [(f"personas[{i}]", each, personas) for i, each in enumerate(site.personas)]
    for i, host in enumerate(site.hosts):
        named += [(f"hosts[{i}].personas[{j}]", each, personas) for j, each in enumerate(host.personas)]
        named += [(f"hosts[{i}].row", host.row, rows)] if host.row else []
    named += [(f"include[{i}]", each.partition("/")[0], rows) for i, each in enumerate(site.include)]
    return [
        Problem(
            where=where,
            what=f"'{word}' is not in the catalogue",
            fix=meant(word, known) or "see `callready catalog show`",
        )
        for where, word, known in named
        if word not in known
    ]


def as_report(site: Site) -> dict[str, object]:
    """What a report shows of it."""
    shown = msgspec.to_builtins(site)
    return {key: value for key, value in shown.items() if value}
