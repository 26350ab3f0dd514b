"""Completion scripts hold every command, and the shells accept them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from .calling import call

COMMANDS = ("check", "plan", "replay", "diff", "explain", "catalog", "lab", "doctor", "completion")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_holds_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    called = call(capsys, "completion", shell)
    assert (called.status, called.err) == (0, "")
    for command in COMMANDS:
        assert command in called.out
    assert "--public-roots" in called.out or "public-roots" in called.out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_is_accepted_by_the_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    script = call(capsys, "completion", shell).out
    checked = subprocess.run([program, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
