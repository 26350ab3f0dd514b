"""Every command and option. Built without importing anything heavy: start-up time is a requirement."""

from __future__ import annotations

import argparse
import datetime
import ipaddress
from pathlib import Path
from typing import NoReturn

from probe import __version__

from .fault import COULD_NOT_RUN

REGIONS = ("us", "ca", "eu", "jp", "au")
DEPTHS = ("quick", "standard", "deep")
FORMATS = ("json", "markdown", "html", "text")
RULE_FORMATS = ("csv", "nftables", "cisco-asa", "cisco-ios")


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(COULD_NOT_RUN, f"{self.prog}: {message}; see `{self.prog} --help`\n")


def parser() -> Parser:
    top = Parser(prog="callready", description="Is this site's network ready for Webex Calling? Proof, cause and fix.")
    top.add_argument("--version", action="version", version=f"callready {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    check = commands.add_parser("check", help="measure, judge and report", description="Measure, judge and report.")
    add_check_options(check)
    plan = commands.add_parser("plan", help="what a check would send where; sends nothing")
    add_check_options(plan)
    lab = commands.add_parser(
        "lab",
        help="rehearse a check against the embedded twin of the cloud, with faults",
        description="Runs a check against an embedded twin of the cloud on loopback, with faults switched on.",
    )
    lab.add_argument(
        "--fault", action="append", default=[], metavar="FAULT", help="such as udp-drop:30000-40000; may be repeated"
    )
    lab.add_argument("--list-faults", action="store_true", help="print the faults and what they do")
    add_check_options(lab)
    _add_replay(commands)
    explain = commands.add_parser("explain", help="what a diagnosis or finding means, how it is proven, how to fix it")
    explain.add_argument("code", nargs="?", help="such as firewall.tcp_blocked; without it, all codes")
    _add_catalog(commands)
    commands.add_parser("doctor", help="what this machine can and cannot measure, and why")
    completion = commands.add_parser("completion", help="print a completion script for a shell")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    return top


def add_check_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--site", type=Path, metavar="FILE.toml", help="what is particular about this site")
    add("--catalog", default="webex-calling", metavar="NAME|FILE", help="what must be reachable (default: %(default)s)")
    add("--persona", action="append", default=[], metavar="P", help="judge only this kind of client; may be repeated")
    add(
        "--region", action="append", default=[], choices=REGIONS, help="only edge hosts of this region; may be repeated"
    )
    add("--depth", choices=DEPTHS, default="standard", help="how much to try (default: %(default)s)")
    add("--only", action="append", default=[], metavar="KIND", help="only this kind of check; may be repeated")
    add("--skip", action="append", default=[], metavar="KIND", help="not this kind of check; may be repeated")
    add("--bind", type=_address, metavar="ADDRESS", help="send from this local address")
    add(
        "--public-roots",
        type=Path,
        metavar="FILE.pem",
        help="what counts as the public web PKI (default: Mozilla's roots)",
    )
    add(
        "--report",
        action="append",
        default=[],
        type=_report,
        metavar="FORMAT[:PATH]",
        help=f"{', '.join(FORMATS)}; PATH - is standard output; may be repeated",
    )
    add("--quiet", action="store_true", help="no live view and no summary")
    add("--lang", choices=("en",), default="en", help="language of the texts for people")
    add("--seed", type=int, metavar="N", help="repeat the order and the samples of an earlier run")
    add("--lab", action="store_true", help="against the embedded twin of the cloud, on loopback")


def _add_replay(commands: argparse._SubParsersAction[Parser]) -> None:
    replay = commands.add_parser("replay", help="judge an old run again; prints what changed and why")
    replay.add_argument("report", type=Path, metavar="REPORT.json")
    replay.add_argument("--catalog", metavar="NAME|FILE", help="judge by this catalogue (default: the built-in one)")
    replay.add_argument(
        "--report",
        dest="outputs",
        action="append",
        default=[],
        type=_report,
        metavar="FORMAT[:PATH]",
        help="write the report anew, as `check` does",
    )
    diff = commands.add_parser("diff", help="what changed between two runs")
    diff.add_argument("old", type=Path, metavar="OLD.json")
    diff.add_argument("new", type=Path, metavar="NEW.json")


def _add_catalog(commands: argparse._SubParsersAction[Parser]) -> None:
    catalog = commands.add_parser("catalog", help="what must be reachable: list, show, lint, changes, rules")
    actions = catalog.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    actions.add_parser("list", help="the built-in catalogues")
    for name, words in (
        ("show", "the rows of a catalogue, with their sources"),
        ("lint", "every fault of a catalogue file at once"),
        ("changes", "the dated history"),
        ("rules", "firewall rules made from it"),
    ):
        action = actions.add_parser(name, help=words)
        if name == "lint":
            action.add_argument("catalog", nargs="?", default="webex-calling", metavar="NAME|FILE")
        else:
            action.add_argument("--catalog", default="webex-calling", metavar="NAME|FILE")
        if name == "show":
            action.add_argument("rows", nargs="*", metavar="ROW", help="only these ids, such as P3b; without any, all")
        if name == "changes":
            action.add_argument("--since", type=datetime.date.fromisoformat, metavar="DATE", help="such as 2024-01-01")
        if name == "rules":
            action.add_argument("--format", choices=RULE_FORMATS, required=True)
            action.add_argument("--persona", action="append", default=[], metavar="P")
            action.add_argument(
                "--level",
                choices=("required", "recommended", "informational"),
                default="recommended",
                help="the least important rows to open (default: %(default)s)",
            )


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not an IP address of this machine") from None


def _report(text: str) -> tuple[str, str]:
    """Format and path; the path is empty where none was named."""
    form, _, path = text.partition(":")
    if form not in FORMATS:
        raise argparse.ArgumentTypeError(f"'{form}' is not a report format; use one of {', '.join(FORMATS)}")
    return form, path
