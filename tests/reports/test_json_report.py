"""JSON: nothing is lost, and nothing in it acts on a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest

from probe.model.report import Report
from reports.json_report import render

from .hostile import hostile
from .samples import SAMPLES, ready


@pytest.mark.parametrize("make", [*SAMPLES.values(), hostile])
def test_reads_back_as_the_same_report(make: Callable[[], Report]) -> None:
    report = make()
    assert msgspec.json.decode(render(report), type=Report) == report


def test_no_raw_controls() -> None:
    text = render(hostile())
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert "\u202e" in json.loads(text)["site"]["name"]


def test_a_name_that_was_not_utf8_spoils_nothing_else() -> None:
    report = msgspec.structs.replace(ready(), site={"name": "caf\udce9", "tags": ["\udc80"]})
    document = json.loads(render(report))
    assert document["site"] == {"name": "caf?", "tags": ["?"]}
    assert document["verdict"] == "ready"
