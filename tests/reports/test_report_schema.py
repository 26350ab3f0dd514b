"""The committed JSON Schema is that of the types, and reports obey it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from probe.model.report import MAJOR, MINOR, Report
from reports import schema
from reports.json_report import render

from .hostile import hostile
from .samples import SAMPLES

MAKERS = [*SAMPLES.values(), hostile]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    committed = json.loads(schema.FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(committed)
    return jsonschema.Draft202012Validator(committed)


def test_committed_schema_is_the_generated_one() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run: python -m reports.schema"


def test_schema_names_its_version(validator: jsonschema.Draft202012Validator) -> None:
    assert validator.schema["$id"].endswith(f":callready-report:{MAJOR}.{MINOR}")
    assert validator.schema["title"] == f"callready-report {MAJOR}.{MINOR}"


@pytest.mark.parametrize("make", MAKERS)
def test_samples_obey_the_schema(make: Callable[[], Report], validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(json.loads(render(make())))


def test_unknown_fields_of_a_later_minor_version_are_allowed(validator: jsonschema.Draft202012Validator) -> None:
    document = json.loads(render(SAMPLES["ready"]()))
    document["later"] = {"a": 1}
    document["schema"]["minor"] = 99
    validator.validate(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema", "name"), "other-report"),
        (("schema", "major"), MAJOR + 1),
        (("verdict",), "pass"),
        (("requirements", 0, "status"), "ok"),
        (("requirements", 0, "proof"), "guess"),
        (("score", "value"), "97"),
    ],
)
def test_schema_refuses(path: tuple[Any, ...], value: Any, validator: jsonschema.Draft202012Validator) -> None:
    document = json.loads(render(SAMPLES["ready"]()))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    assert inner[path[-1]] != value
    inner[path[-1]] = value
    assert not validator.is_valid(document)
