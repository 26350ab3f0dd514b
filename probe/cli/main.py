"""`callready`: reads the command line and hands over to one module per command."""

from __future__ import annotations

import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence

from .fault import COULD_NOT_RUN, Fault
from .parser import parser

_INTERRUPTED = 130
_MODULES = {"plan": "check", "lab": "check", "replay": "again", "diff": "again"}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status. Imports only what the command needs."""
    _accept_every_character()
    arguments = parser().parse_args(argv)
    command = arguments.command
    module = importlib.import_module(f"probe.cli.{_MODULES.get(command, command)}")
    try:
        status: int = getattr(module, command)(arguments)
        sys.stdout.flush()
    except Fault as fault:
        print(f"callready: {fault}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader has gone, as `head` does: what it did not want need not be an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except Exception:  # noqa: BLE001 - Python would exit with 1, which is a verdict
        traceback.print_exc()
        print("callready: this is a fault of callready itself; please report it with the lines above", file=sys.stderr)
        return COULD_NOT_RUN
    return status


def _accept_every_character() -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
