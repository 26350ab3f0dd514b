"""Faults that the lab can be asked for, as people write them: `udp-drop:30000-40000`, `sip-silent`."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from catalog.ranges import PortRange, parse_ranges
from catalog.strict import Invalid, Problem

Takes = Literal["nothing", "ranges", "maybe ranges", "seconds", "signed seconds", "ratio", "name"]

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_LONGEST_WAIT = 60.0


class FaultKind(msgspec.Struct, frozen=True, kw_only=True):
    takes: Takes
    example: str
    means: str


KINDS: dict[str, FaultKind] = {
    "udp-drop": FaultKind(takes="ranges", example="udp-drop:30000-40000", means="datagrams to these ports vanish"),
    "udp-reject": FaultKind(
        takes="ranges", example="udp-reject:9000", means="a firewall answers datagrams to these ports with ICMP"
    ),
    "tcp-drop": FaultKind(takes="ranges", example="tcp-drop:8934", means="connections to these ports never complete"),
    "tcp-reject": FaultKind(takes="ranges", example="tcp-reject:8934", means="connections to these ports are refused"),
    "dns-dead": FaultKind(takes="nothing", example="dns-dead", means="the resolver answers nothing at all"),
    "dns-tcp-drop": FaultKind(takes="nothing", example="dns-tcp-drop", means="the resolver is silent over TCP"),
    "dns-slow": FaultKind(takes="seconds", example="dns-slow:0.4", means="the resolver thinks this long"),
    "dns-nxdomain": FaultKind(
        takes="name", example="dns-nxdomain:idbroker.webex.com", means="this name does not exist"
    ),
    "ntp-dead": FaultKind(takes="nothing", example="ntp-dead", means="no time server answers"),
    "ntp-source-drop": FaultKind(
        takes="nothing", example="ntp-source-drop", means="requests from the phones' own source port vanish"
    ),
    "clock-skew": FaultKind(
        takes="signed seconds", example="clock-skew:400", means="time servers are this far ahead of this machine"
    ),
    "tls-expired": FaultKind(takes="maybe ranges", example="tls-expired:8934", means="the certificate has expired"),
    "tls-wrong-name": FaultKind(
        takes="maybe ranges", example="tls-wrong-name", means="the certificate is for another name"
    ),
    "tls-untrusted": FaultKind(
        takes="maybe ranges", example="tls-untrusted:443", means="another authority signed the certificate"
    ),
    "tls-stall": FaultKind(takes="maybe ranges", example="tls-stall:8934", means="the TLS handshake is never answered"),
    "sip-silent": FaultKind(takes="nothing", example="sip-silent", means="SIP requests get no answer"),
    "delay": FaultKind(takes="seconds", example="delay:0.08", means="everything that comes back comes this much later"),
    "loss": FaultKind(takes="ratio", example="loss:0.02", means="this share of the UDP answers is lost"),
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    text: str
    """As it was written."""
    ports: tuple[PortRange, ...] = ()
    """Empty: all."""
    number: float = 0.0
    name: str = ""

    def concerns(self, port: int) -> bool:
        return not self.ports or any(port in each for each in self.ports)


def parse(text: str) -> Fault:
    """Raises Invalid with one Problem that says what is wrong and what to write."""
    kind, colon, argument = text.strip().partition(":")
    known = KINDS.get(kind)
    if known is None:
        near = difflib.get_close_matches(kind, KINDS, 1)
        raise _invalid(text, f"there is no '{kind}'", f"{_meant(near)}one of {', '.join(KINDS)}")
    argument = argument.strip()
    if known.takes == "nothing" and colon:
        raise _invalid(text, f"'{kind}' takes no value", f"write {known.example}")
    if known.takes not in {"nothing", "maybe ranges"} and not argument:
        raise _invalid(text, f"'{kind}' needs a value", f"write it as in {known.example}")
    if known.takes == "maybe ranges" and colon and not argument:
        raise _invalid(text, "no port follows the colon", f"write {kind} for all ports, or as in {known.example}")
    if known.takes in {"ranges", "maybe ranges"}:
        return Fault(kind=kind, text=text, ports=_ports(text, argument, known) if argument else ())
    if known.takes in {"seconds", "signed seconds", "ratio"}:
        return Fault(kind=kind, text=text, number=_number(text, argument, known))
    if known.takes == "name":
        return Fault(kind=kind, text=text, name=_name(text, argument, known))
    return Fault(kind=kind, text=text)


class Faults:
    """The faults of one twin, asked kind by kind."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._all = tuple(faults)

    def on(self, kind: str, port: int | None = None) -> bool:
        """Whether a fault of `kind` is there that concerns `port`; None: any port."""
        return any(each.kind == kind and (port is None or each.concerns(port)) for each in self._all)

    def number(self, kind: str) -> float:
        """The largest one by magnitude; 0 without such a fault."""
        return max((each.number for each in self._all if each.kind == kind), key=abs, default=0.0)

    def names(self, kind: str) -> frozenset[str]:
        return frozenset(each.name for each in self._all if each.kind == kind)


def _ports(text: str, argument: str, known: FaultKind) -> tuple[PortRange, ...]:
    try:
        return parse_ranges(argument)
    except ValueError as error:
        raise _invalid(text, str(error), f"write it as in {known.example}") from error


def _number(text: str, argument: str, known: FaultKind) -> float:
    try:
        number = float(argument)
    except ValueError:
        number = math.nan
    unit = "a share between 0 and 1" if known.takes == "ratio" else "a number of seconds"
    if not math.isfinite(number):
        raise _invalid(text, f"'{argument}' is not {unit}", f"write it as in {known.example}")
    if known.takes == "ratio" and not 0 <= number <= 1:
        raise _invalid(text, f"'{argument}' is not {unit}", f"write 5 % as in {known.example.partition(':')[0]}:0.05")
    if known.takes == "seconds" and not 0 <= number <= _LONGEST_WAIT:
        raise _invalid(text, f"'{argument}' is not within 0 and {_LONGEST_WAIT:g} s", f"write it as in {known.example}")
    return number


def _name(text: str, argument: str, known: FaultKind) -> str:
    name = argument.lower().removesuffix(".")
    if not _NAME.fullmatch(name):
        raise _invalid(text, f"'{argument}' is not a host name", f"write it as in {known.example}")
    return name


def _meant(near: list[str]) -> str:
    return f"did you mean {near[0]}? It is " if near else "it is "


def _invalid(text: str, what: str, fix: str) -> Invalid:
    return Invalid([Problem(where=f"'{text}'", what=what, fix=fix)])
