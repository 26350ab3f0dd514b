"""Rules as a complete file for nftables, the packet filter of Linux."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..ranges import PortRange
from ..syntax import Prefix
from .comments import opening
from .draft import Draft, one_line
from .permits import Permit

TABLE = "webex_calling"
LONGEST_COMMENT = 120
"""Bytes; the kernel keeps 127."""

INSIDE = {
    4: ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"),
    6: ("fc00::/7",),
}
"""Where clients are: private addresses (RFC 1918, RFC 6598, RFC 4193)."""

HOW = [
    f"Check: nft -c -f FILE    Apply: nft -f FILE    Remove: nft delete table inet {TABLE}",
    "This is the whole egress policy of a gateway: whatever is forwarded and not named here is dropped; what the",
    "gateway itself sends is not touched. Clients are in inside_4 and inside_6: add public addresses there.",
    "To merge it into rules that exist: a packet must be accepted by every table, so leave the chain `forward` out,",
    "copy the sets and the chain `permits` into your own table, and put both `jump permits` before its final drop.",
]
_FAMILIES = {4: ("ipv4_addr", "ip"), 6: ("ipv6_addr", "ip6")}


def write(draft: Draft) -> str:
    """A file for `nft -f`, to be applied any number of times."""
    lines = [
        "#!/usr/sbin/nft -f",
        *opening(draft, HOW, "#"),
        "",
        f"table inet {TABLE}",
        f"delete table inet {TABLE}",
        "",
        f"table inet {TABLE} {{",
    ]
    for version, prefixes in INSIDE.items():
        lines += _set(f"inside_{version}", version, prefixes)
    for name, networks in draft.lists.items():
        for version, own in _by_version(networks):
            lines += _set(_set_name(name, version), version, map(str, own))
    lines += ["\tchain permits {"]
    for label, permit in zip(draft.labels, draft.permits, strict=True):
        comment = _quoted(f"{label} {permit.comment}")
        lines += [f"\t\t{match} accept comment {comment}" for match in _matches(permit)]
    lines += [
        "\t}",
        "",
        "\tchain forward {",
        "\t\ttype filter hook forward priority filter; policy drop;",
        "\t\tct state established,related accept",
        "\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem } accept",
        "\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept",
        "\t\tip saddr @inside_4 jump permits",
        "\t\tip6 saddr @inside_6 jump permits",
        '\t\tcounter drop comment "everything else"',
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _matches(permit: Permit) -> Iterator[str]:
    ports = f"{permit.protocol} dport {_ports(permit.ports)}"
    if permit.source_ports:
        ports = f"{permit.protocol} sport {_ports(permit.source_ports)} {ports}"
    if not permit.subnet_list:
        yield ports
    else:
        for version, _ in _by_version(permit.destinations):
            yield f"{_FAMILIES[version][1]} daddr @{_set_name(permit.subnet_list, version)} {ports}"


def _set(name: str, version: int, prefixes: Iterable[str]) -> list[str]:
    elements = ",\n\t\t\t".join(prefixes)
    return [
        f"\tset {name} {{",
        f"\t\ttype {_FAMILIES[version][0]}",
        "\t\tflags interval",
        f"\t\telements = {{\n\t\t\t{elements}\n\t\t}}",
        "\t}",
        "",
    ]


def _by_version(networks: tuple[Prefix, ...]) -> Iterator[tuple[int, tuple[Prefix, ...]]]:
    for version in _FAMILIES:
        if own := tuple(network for network in networks if network.version == version):
            yield version, own


def _set_name(subnet_list: str, version: int) -> str:
    return f"list_{re.sub('[^A-Za-z0-9_]', '_', subnet_list)[:20]}_{version}"


def _ports(ranges: tuple[PortRange, ...]) -> str:
    return str(ranges[0]) if len(ranges) == 1 else f"{{ {', '.join(map(str, ranges))} }}"


def _quoted(text: str) -> str:
    line = re.sub(r'["\\]', "'", one_line(text))
    while len(line.encode()) > LONGEST_COMMENT:
        line = line[:-1]
    return f'"{line}"'
