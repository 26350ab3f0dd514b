"""Every format of every sample against its golden file; `--renew-goldens` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from probe.model.report import Report
from reports.formats import FORMATS

from .hostile import hostile
from .samples import SAMPLES, tcp_blocked

GOLDENS = Path(__file__).with_name("goldens")
SHOWN = Path(__file__).parents[2] / "reports" / "samples"
ENDINGS = {"json": "json", "markdown": "md", "html": "html", "text": "txt"}


def hold(file: Path, text: str, renew: bool) -> None:
    if renew:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    assert file.read_bytes().decode() == text


@pytest.fixture
def renew(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--renew-goldens"))


def test_every_format_has_an_ending() -> None:
    assert FORMATS.keys() == ENDINGS.keys()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("name", "make"), [*SAMPLES.items(), ("hostile", hostile)])
def test_golden(name: str, make: Callable[[], Report], form: str, renew: bool) -> None:
    hold(GOLDENS / f"{name}.{ENDINGS[form]}", FORMATS[form](make()), renew)


def test_no_golden_without_a_sample() -> None:
    assert {file.stem for file in GOLDENS.iterdir()} <= {*SAMPLES, "hostile"}


@pytest.mark.parametrize("form", ["html", "markdown", "json"])
def test_samples_beside_the_renderers(form: str, renew: bool) -> None:
    hold(SHOWN / f"not-ready.{ENDINGS[form]}", FORMATS[form](tcp_blocked()), renew)
