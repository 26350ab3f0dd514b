"""Reads what a person named on the command line, and says in one line each what is wrong with it."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from catalog.model import Catalog
from catalog.read import Loaded, open_catalog
from catalog.strict import Invalid, meant
from probe.checks.registry import checks
from probe.model.report import Report
from probe.net import abilities
from probe.planning.options import Options
from probe.site import Site, read

from .fault import Fault


def catalogue(name: str) -> Loaded:
    try:
        return open_catalog(name)
    except Invalid as error:
        raise Fault(str(error)) from error
    except OSError as error:
        raise Fault(f"{name}: cannot be read: {error.strerror}; name a file or a built-in catalogue") from error


def site(path: Path | None, catalog: Catalog) -> Site:
    if path is None:
        return Site()
    try:
        return read(path, catalog)
    except Invalid as error:
        raise Fault(str(error)) from error
    except OSError as error:
        raise Fault(f"{path}: cannot be read: {error.strerror}") from error


def options(arguments: argparse.Namespace, catalog: Catalog) -> Options:
    _known("--persona", arguments.persona, [each.id for each in catalog.personas])
    _known("--only", arguments.only, checks())
    _known("--skip", arguments.skip, checks())
    if arguments.public_roots is not None:
        _roots(arguments.public_roots)
    if arguments.bind is not None and not abilities.is_local(arguments.bind):
        raise Fault(f"--bind {arguments.bind}: is not an address of this machine; name one that it has")
    return Options(
        personas=tuple(arguments.persona),
        regions=tuple(arguments.region),
        depth=arguments.depth,
        only=tuple(arguments.only),
        skip=tuple(arguments.skip),
        seed=secrets.randbelow(2**31) if arguments.seed is None else arguments.seed,
    )


def _roots(path: Path) -> None:
    if not path.is_file():
        raise Fault(f"--public-roots {path}: no such file; name a PEM file of root certificates")
    if not abilities.count_roots(str(path)):
        raise Fault(f"--public-roots {path}: holds no certificate; name a PEM file of root certificates")


def _known(option: str, words: Iterable[str], known: Iterable[str]) -> None:
    for word in words:
        if word not in known:
            raise Fault(f"{option} {word}: not known; {meant(word, known)}")


def report(path: Path) -> Report:
    """A report that an earlier run wrote as JSON."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Fault(f"{path}: cannot be read: {error.strerror}") from error
    try:
        found = msgspec.json.decode(data, type=Report)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Fault(f"{path}: is not a callready report: {error}; name a file that `--report json` wrote") from error
    if found.schema.name != "callready-report" or found.schema.major != 1:
        written = f"{found.schema.name} {found.schema.major}.{found.schema.minor}"
        raise Fault(f"{path}: is {written}; this version reads callready-report 1.x")
    return found
