"""Start the bed and run a command, or a shell, in its site: `python -m tests.bed [options] [-- COMMAND ...]`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

from .bed import ROOTS_VARIABLE, Bed
from .certificates import VARIANTS, Variant
from .peers import PEERS
from .programs import Unavailable
from .topology import NAMESPACES

SHOWING = ("kamailio", "nginx")
"""Servers that show a certificate."""


def _certificate(text: str) -> tuple[str, Variant]:
    peer, _, wanted = text.partition("=")
    for variant in VARIANTS:
        if variant == wanted and peer in SHOWING:
            return peer, variant
    raise argparse.ArgumentTypeError(f"'{text}' is not {' or '.join(SHOWING)} = {', '.join(VARIANTS)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bed", description=__doc__)
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="[NAMESPACE:]RULE",
        help='an nftables statement on what passes there, such as gateway:"tcp dport 8934 drop"',
    )
    parser.add_argument("--without", action="append", default=[], choices=PEERS, help="leave a server out")
    parser.add_argument("--expired", action="append", default=[], choices=SHOWING)
    parser.add_argument(
        "--certificate",
        action="append",
        default=[],
        type=_certificate,
        metavar="PEER=VARIANT",
        help=f"a chain to show: {', '.join(VARIANTS)}",
    )
    parser.add_argument("--user", action="store_true", help="run the command without any capability")
    parser.add_argument("--quiet", action="store_true", help="do not print the addresses")
    parser.add_argument("command", nargs="*")
    return parser


def _introduce(bed: Bed) -> None:
    data = bed.cloud_data
    print(f"edges  {' '.join(data.edges)} (tcp 8934, 5062)", file=sys.stderr)
    print(f"stun   {' '.join(data.stun)} (udp {' '.join(map(str, data.stun_ports))})", file=sys.stderr)
    print(f"ntp    {' '.join(data.ntp)}", file=sys.stderr)
    print(f"roots  ${ROOTS_VARIABLE} = {bed.roots}", file=sys.stderr)
    print(f"state  {bed.folder}", file=sys.stderr)


def _split(fault: str) -> tuple[str, str]:
    namespace, colon, statement = fault.partition(":")
    return (namespace, statement) if colon and namespace in NAMESPACES else ("gateway", fault)


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    certificates: dict[str, Variant] = {**dict.fromkeys(arguments.expired, "expired"), **dict(arguments.certificate)}
    peers = [name for name in PEERS if name not in arguments.without]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    with tempfile.TemporaryDirectory(prefix="callready-bed-") as folder, contextlib.ExitStack() as faults:
        try:
            bed = faults.enter_context(Bed.start(Path(folder), peers=peers, certificates=certificates))
        except Unavailable as reason:
            print(reason, file=sys.stderr)
            return 3
        for namespace, statement in map(_split, arguments.fault):
            faults.enter_context(bed.namespaces[namespace].rule(statement))
        if not arguments.quiet:
            _introduce(bed)
        # Ctrl-C is for the command; a handler rather than SIG_IGN, which the command would inherit.
        signal.signal(signal.SIGINT, lambda *_: None)
        command = arguments.command or [os.environ.get("SHELL", "/bin/sh")]
        return bed.site.popen(command, privileged=not arguments.user).wait()


if __name__ == "__main__":
    sys.exit(main())
