"""`callready --version` beside an empty Python."""

from __future__ import annotations

import subprocess
import sys

from .figure import middle, process, show

LOADED = """
import sys
from probe.cli.main import main
try:
    main(["--version"])
except SystemExit:
    print(*sys.modules)
"""


def run() -> None:
    ours = middle(lambda: process([sys.executable, "-m", "probe", "--version"]).wall, 9)
    empty = middle(lambda: process([sys.executable, "-c", ""]).wall, 9)
    show("callready --version", f"{ours:.3f} s", f"aim <= 0.25 s; {ours / empty:.2f} x an empty Python")
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()
    heavy = [each for each in ("scapy", "aiohttp", "aioquic", "rich", "OpenSSL", "dns") if each in loaded]
    show("heavy libraries imported for it", ", ".join(heavy) or "none", "aim: none")
