"""Formats are looked up without loading what renders them."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, reports.formats, reports.summary, reports.json_report;"
        "import probe.ui.choose, probe.ui.live, probe.ui.final;"
        "print([m for m in ('rich', 'jinja2', 'jsonschema') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
