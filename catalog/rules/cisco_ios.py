"""Rules as named extended access lists for Cisco IOS and IOS XE: wildcard masks for IPv4, prefixes for IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..ranges import PortRange
from ..syntax import Prefix
from .comments import opening
from .draft import Draft, ascii_line
from .permits import Permit

NAME = "WEBEX-CALLING"
LONGEST_REMARK = 100
"""Characters of a remark."""

HOW = [
    "Paste in configuration mode; apply on the interface towards the clients: ip access-group WEBEX-CALLING in",
    "(IPv6: ipv6 traffic-filter WEBEX-CALLING-IPV6 in). To merge, put these lines before the deny of your own list.",
    "Both lists end in the implicit deny. They keep no state: a filter on the outside must let the answers in.",
]


def write(draft: Draft) -> str:
    """Configuration lines; the IPv6 list is there when the rows have IPv6 prefixes."""
    lines = [ascii_line(line) for line in opening(draft, HOW, "!")] + ["!", f"ip access-list extended {NAME}"]
    lines += _entries(draft, 4)
    if any(network.version == 6 for networks in draft.lists.values() for network in networks):
        lines += ["!", f"ipv6 access-list {NAME}-IPV6", *_entries(draft, 6)]
    return "\n".join(lines) + "\n"


def _entries(draft: Draft, version: int) -> Iterator[str]:
    for label, permit in zip(draft.labels, draft.permits, strict=True):
        if entries := list(_permits(permit, version)):
            yield f" remark {ascii_line(f'{label} {permit.comment}', LONGEST_REMARK)}"
            yield from entries


def _permits(permit: Permit, version: int) -> Iterator[str]:
    networks = [_address(network) for network in permit.destinations if network.version == version]
    destinations = networks if permit.subnet_list else ["any"]
    sources = [f"any {_operator(each)}" for each in permit.source_ports] or ["any"]
    for source, destination, ports in product(sources, destinations, permit.ports):
        yield f" permit {permit.protocol} {source} {destination} {_operator(ports)}"


def _address(network: Prefix) -> str:
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    return str(network) if network.version == 6 else f"{network.network_address} {network.hostmask}"


def _operator(ports: PortRange) -> str:
    return f"eq {ports.first}" if len(ports) == 1 else f"range {ports.first} {ports.last}"
