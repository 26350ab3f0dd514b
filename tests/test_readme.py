"""What the README promises: its commands, its examples, its exit status."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from catalog.read import load
from probe.checks.registry import checks
from probe.cli.check import STATUS
from probe.cli.parser import parser
from probe.model.address import Endpoint
from probe.planning.options import Options
from probe.planning.plan import plan
from probe.site import Site

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_begins_with_two_commands_of_one_line() -> None:
    check, test = blocks("sh")[:2]
    assert check.count("\n") == test.count("\n") == 1
    set_up, _, last = check.strip().rpartition(" && ")
    assert last == ".venv/bin/callready check --lab"
    assert test.strip() == set_up.replace("-e .", "-e '.[test]'") + " && .venv/bin/pytest"


def test_the_commands_install_what_is_locked() -> None:
    set_up = blocks("sh")[0]
    assert "pip install -q -c requirements.lock -e ." in set_up
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("msgspec", "aiohttp", "aioquic", "pytest", "mypy", "ruff"):
        assert re.search(rf"^{name}==\d", locked, re.MULTILINE)


def test_the_ci_runs_the_same_test_command() -> None:
    shown = subprocess.run([str(ROOT / ".ci/run"), "show"], capture_output=True, text=True, check=True)
    assert shown.stdout == blocks("sh")[1]
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert 'bash -c "$command"' in script
    assert "CALLREADY_REQUIRE_PEERS=1" in script
    assert "tests/bed/packages.txt" in script


@pytest.mark.parametrize("line", [line for block in blocks("sh")[2:] for line in block.splitlines()])
def test_every_command_is_one(line: str) -> None:
    words = line.partition("#")[0].split()
    assert words[0] == "callready"
    parser().parse_args(words[1:])


@pytest.mark.parametrize("line", re.findall(r"`callready ([^`]+)`", README))
def test_every_command_in_the_text_is_one(line: str) -> None:
    parser().parse_args(line.split())


def test_exit_statuses_are_those_of_the_program() -> None:
    told = {word: int(status) for word, status in re.findall(r"^\| ([a-z-]+) \| (\d) \|", README, re.MULTILINE)}
    assert told == STATUS


def test_a_run_sends_less_than_a_minute_of_a_call() -> None:
    """A call is 50 packets of 218 bytes a second: G.711, 20 ms, with the headers of SRTP, UDP and IPv4."""
    setting = Options(resolvers=(Endpoint("192.0.2.53", 53),))
    cost = plan(load(), Site(), setting, checks()).cost
    assert cost.packets < 60 * 50
    assert cost.bytes < 60 * 50 * 218


def test_local_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).is_file(), link
