"""Start-up, and how the program behaves as a program."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from probe import __version__

from .calling import LIMIT, ROOT, call, environment, run

HEAVY = ("scapy", "aiohttp", "aioquic", "dns", "cryptography", "OpenSSL", "rich", "jinja2", "asyncio")
_PRINT_LOADED = """
import json, sys
from probe.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded(*argv: str) -> set[str]:
    """Top-level packages that were imported when the command ended."""
    called = run(*argv, command=("-c", _PRINT_LOADED))
    return set(json.loads(called.out.splitlines()[-1]))


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("check", "--help"), ("explain", "tls.untrusted")])
def test_nothing_heavy_is_imported_where_it_is_not_needed(argv: tuple[str, ...]) -> None:
    assert loaded(*argv) & set(HEAVY) == set()


def test_the_list_of_heavy_packages_would_be_noticed() -> None:
    assert loaded("doctor") & set(HEAVY)


@pytest.mark.parametrize("argv", [("plan",), ("doctor",)])
def test_scapy_is_never_imported(argv: tuple[str, ...]) -> None:
    assert "scapy" not in loaded(*argv)


def test_version() -> None:
    called = run("--version")
    assert called == (0, f"callready {__version__}\n", "")


def test_help_names_every_command() -> None:
    out = run("--help").out
    for command in ("check", "plan", "replay", "diff", "explain", "catalog", "lab", "doctor", "completion"):
        assert re.search(rf"^    {command}\s", out, re.MULTILINE)


def test_a_reader_that_goes_away_is_no_error() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "probe", "catalog", "show"],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    with program, program.stdout, program.stderr:
        assert program.stdout.readline().startswith("Webex Calling")
        program.stdout.close()
        assert program.stderr.read() == ""
        assert program.wait(LIMIT) == 3


def test_a_terminal_that_cannot_show_a_character_is_no_error() -> None:
    called = run("catalog", "show", "P7", encoding="ascii")
    assert (called.status, called.err) == (0, "")
    assert "printed: 443, 6970, 80?" in called.out


def test_a_fault_of_ours_is_no_verdict(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise RuntimeError("odd")

    monkeypatch.setattr("probe.cli.doctor.doctor", broken)
    called = call(capsys, "doctor")
    assert called.status == 3
    assert "RuntimeError: odd" in called.err
    assert called.err.splitlines()[-1].startswith("callready: this is a fault of callready itself")
