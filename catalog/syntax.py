"""How names (RFC 1123 section 2.1), prefixes (RFC 4632, RFC 4291) and addresses of pages are written in a catalogue."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

Prefix = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_STARRED_LABEL = re.compile(r"[a-z0-9*](?:[a-z0-9*-]{0,61}[a-z0-9*])?")
LONGEST_NAME = 253


class Fault(ValueError):
    """What is wrong with a text, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def read_prefix(text: str) -> Prefix:
    """The network `text` names; a bare address is a network of one. Raises Fault."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Fault(f"'{text}' is not a prefix", "write it as 23.89.0.0/16 or 2607:fcf0::/34") from None
    address, slash, length = text.partition("/")
    if ipaddress.ip_address(address) != network.network_address:
        fix = f"write {network}, or lengthen the prefix until it holds {address} alone"
        raise Fault(f"'{text}' has bits set beyond its length", fix)
    written = str(network) if slash else str(network.network_address)
    if text != written or (slash and not length.isdecimal()):
        raise Fault(f"'{text}' is not in its usual form", f"write {written}")
    return network


def check_name(text: str) -> None:
    """Raises Fault unless `text` is the full name of a host, in small letters."""
    _check_labels(text, text.split("."), _LABEL, "write a full host name such as idbroker.webex.com")


def check_domain(text: str) -> None:
    """Raises Fault unless `text` is a name, or `*.` and a name for all below it."""
    rest = text.removeprefix("*.")
    _check_labels(text, rest.split("."), _LABEL, "write webexapis.com, or *.webex.com for all names below as well")


def check_pattern(text: str) -> None:
    """Raises Fault unless `text` is a name in which `*` stands for any characters of a label."""
    _check_labels(text, text.split("."), _STARRED_LABEL, "write a name such as *.webex.com or *mcs*.webex.com")


def check_url(text: str) -> None:
    """Raises Fault unless `text` is the address of a page."""
    fix = "write it as http://captive.apple.com/hotspot-detect.html"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Fault(f"'{text}' is not the address of a page", fix) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not text.isascii():
        raise Fault(f"'{text}' is not the address of a page", fix)
    check_name(parts.hostname)


def covers(domain: str, name: str) -> bool:
    """Whether `name` falls under the row `domain`: a leading `*.` holds the domain itself and all below it."""
    base = domain.removeprefix("*.")
    return name == base or (base != domain and name.endswith(f".{base}"))


def _check_labels(text: str, labels: list[str], allowed: re.Pattern[str], fix: str) -> None:
    if any(letter.isupper() for letter in text):
        raise Fault(f"'{text}' has capital letters", f"write {text.lower()}")
    if len(labels) < 2 or len(text) > LONGEST_NAME or not all(allowed.fullmatch(label) for label in labels):
        raise Fault(f"'{text}' is not a domain name", fix)
