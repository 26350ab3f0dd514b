"""Rules as object groups and an extended access list for Cisco ASA 9.0 and later."""

from __future__ import annotations

import re
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
    "Paste in configuration mode; apply with: access-group WEBEX-CALLING in interface inside",
    "An interface takes one access list: to merge, copy the object groups and put the permits before your own deny.",
    "The list ends in the implicit deny. Connections are stateful, so no rule for answers is needed.",
]


def write(draft: Draft) -> str:
    """Configuration lines: what the lists and services are, then who may go where."""
    lines = [ascii_line(line) for line in opening(draft, HOW, "!")] + ["!"]
    for name, networks in draft.lists.items():
        lines += [f"object-group network {_name('LIST', name)}", *map(_network, networks)]
    for label, permit in zip(draft.labels, draft.permits, strict=True):
        lines += [f"object-group service {_name('ROW', label)}", *_services(permit)]
    lines.append("!")
    for label, permit in zip(draft.labels, draft.permits, strict=True):
        destination = f"object-group {_name('LIST', permit.subnet_list)}" if permit.subnet_list else "any"
        lines += [
            f"access-list {NAME} remark {ascii_line(f'{label} {permit.comment}', LONGEST_REMARK)}",
            f"access-list {NAME} extended permit object-group {_name('ROW', label)} any {destination}",
        ]
    return "\n".join(lines) + "\n"


def _name(kind: str, name: str) -> str:
    return f"{NAME}-{kind}-{re.sub('[^A-Za-z0-9._-]', '-', name)}"[:64]


def _network(network: Prefix) -> str:
    if network.prefixlen == network.max_prefixlen:
        return f" network-object host {network.network_address}"
    if network.version == 6:
        return f" network-object {network}"
    return f" network-object {network.network_address} {network.netmask}"


def _services(permit: Permit) -> list[str]:
    sources = [f" source {_operator(each)}" for each in permit.source_ports] or [""]
    pairs = product(sources, permit.ports)
    return [f" service-object {permit.protocol}{source} destination {_operator(ports)}" for source, ports in pairs]


def _operator(ports: PortRange) -> str:
    return f"eq {ports.first}" if len(ports) == 1 else f"range {ports.first} {ports.last}"
