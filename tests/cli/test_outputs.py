"""Reports are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from probe.cli import outputs
from probe.cli.fault import Fault
from reports.formats import FORMATS
from tests.reports.samples import ready


def test_every_format_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = outputs.destinations([(form, "") for form in FORMATS])
    written = outputs.write(ready(), wanted)
    assert len(set(written.values())) == len(FORMATS)
    assert {file.name for file in tmp_path.iterdir()} == set(written.values())
    assert all(file.stat().st_size > 500 for file in tmp_path.iterdir())


def test_replaces_an_older_report(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text("old")
    outputs.write(ready(), outputs.destinations([("json", str(file))]))
    assert file.read_text(encoding="utf-8").startswith("{")
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]


def test_others_may_read_it_as_the_umask_says(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        outputs.write(ready(), [("text", str(tmp_path / "r.txt"))])
    finally:
        os.umask(mask)
    assert (tmp_path / "r.txt").stat().st_mode & 0o777 == 0o640


def test_a_renderer_that_fails_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text("old")

    def broken(_: object) -> str:
        raise RuntimeError("a fault of ours")

    monkeypatch.setitem(FORMATS, "json", broken)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        outputs.write(ready(), [("json", str(file))])
    assert file.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("failing", ["fsync", "chmod"])
def test_a_disk_that_fails_leaves_the_old_file(failing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(Fault, match="No space left on device; name another place"):
        outputs.write(ready(), [("json", str(file))])
    assert file.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]


def test_a_folder_that_has_gone_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    wanted = outputs.destinations([("json", str(folder / "r.json"))])
    folder.rmdir()
    with pytest.raises(Fault, match=r"r\.json: cannot be written"):
        outputs.write(ready(), wanted)


def test_one_report_that_cannot_be_written_does_not_cost_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    wanted = outputs.destinations([("json", str(folder / "r.json")), ("text", str(tmp_path / "r.txt"))])
    folder.rmdir()
    with pytest.raises(Fault, match="cannot be written"):
        outputs.write(ready(), wanted)
    assert (tmp_path / "r.txt").stat().st_size > 0
