"""Writes the reports that were asked for. A file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from probe.model.report import Report
from reports.formats import FORMATS

from .fault import Fault

_SUFFIX = {"json": "json", "markdown": "md", "html": "html", "text": "txt"}


def destinations(wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Formats with their paths, `callready-report.SUFFIX` where none was named. Raises Fault before anything runs."""
    named = [(form, path or f"callready-report.{_SUFFIX[form]}") for form, path in wanted]
    for form, path in named:
        if path == "-":
            continue
        folder = Path(path).parent
        if not folder.is_dir():
            raise Fault(f"--report {form}:{path}: the folder {folder} does not exist; make it or name another")
        if Path(path).is_dir():
            raise Fault(f"--report {form}:{path}: is a folder; name a file in it")
        if not os.access(folder, os.W_OK):
            raise Fault(f"--report {form}:{path}: the folder {folder} cannot be written to; name another")
    places = [path if path == "-" else str(Path(path).resolve()) for _, path in named]
    if places.count("-") > 1:
        raise Fault("--report: only one report can go to standard output; give the others a path")
    if twice := next((path for (_, path), place in zip(named, places, strict=True) if places.count(place) > 1), None):
        raise Fault(f"--report: two reports would go to {twice}; give each a path of its own")
    return named


def write(report: Report, wanted: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Where each format went. A report that cannot be written does not cost the others: Fault comes last."""
    written = {}
    faults = []
    for form, path in wanted:
        text = FORMATS[form](report)
        if path == "-":
            # UTF-8 whatever the terminal's encoding: programs read this.
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
            continue
        try:
            _replace(Path(path), text, form)
        except Fault as fault:
            faults.append(str(fault))
        else:
            written[form] = path
    if faults:
        raise Fault("\n".join(faults))
    return written


def _replace(path: Path, text: str, form: str) -> None:
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                os.chmod(temporary, 0o644 & ~_umask())
                temporary.replace(path)
            except BaseException:
                with contextlib.suppress(OSError):
                    temporary.unlink()
                raise
    except OSError as error:
        raise Fault(f"--report {form}:{path}: cannot be written: {error.strerror}; name another place") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
