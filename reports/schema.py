"""The JSON Schema of the report, made from the types; `python -m reports.schema` writes it beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from probe.model.report import MAJOR, MINOR, Report

FILE = Path(__file__).with_name("callready-report.schema.json")


def document() -> dict[str, Any]:
    """JSON Schema, draft 2020-12. Open to unknown fields: a minor version may add some."""
    schema = msgspec.json.schema(Report)
    identity = schema["$defs"]["Schema"]["properties"]
    identity["name"] = {"const": "callready-report"}
    identity["major"] = {"const": MAJOR}
    identity["minor"] = {"type": "integer", "minimum": 0}
    schema["$defs"]["Schema"]["required"] = ["name", "major", "minor"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:callready:schema:callready-report:{MAJOR}.{MINOR}",
        "title": f"callready-report {MAJOR}.{MINOR}",
        "version": f"{MAJOR}.{MINOR}",
        **schema,
    }


def text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
