"""Who is linked to whom in the bed, as data, and the commands that build it.

site ── gateway ── isp1 ── isp2 ── isp3 ── cloud
         NAT       resolver                every address of the catalogue
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class End(NamedTuple):
    namespace: str
    device: str
    address: str
    """With its prefix length."""


class Route(NamedTuple):
    namespace: str
    destination: str
    via: str


LINKS = [
    (End("site", "eth0", "192.168.50.10/24"), End("gateway", "lan", "192.168.50.1/24")),
    (End("gateway", "wan", "203.0.113.2/24"), End("isp1", "near", "203.0.113.1/24")),
    (End("isp1", "far", "198.51.100.1/30"), End("isp2", "near", "198.51.100.2/30")),
    (End("isp2", "far", "198.51.100.5/30"), End("isp3", "near", "198.51.100.6/30")),
    (End("isp3", "far", "198.51.100.9/30"), End("cloud", "near", "198.51.100.10/30")),
]
ROUTES = [
    Route("site", "default", "192.168.50.1"),
    Route("gateway", "default", "203.0.113.1"),
    Route("isp1", "default", "198.51.100.2"),
    Route("isp2", "default", "198.51.100.6"),
    Route("isp2", "203.0.113.0/24", "198.51.100.1"),
    Route("isp3", "default", "198.51.100.10"),
    Route("isp3", "203.0.113.0/24", "198.51.100.5"),
    Route("isp3", "198.51.100.0/30", "198.51.100.5"),
    Route("cloud", "default", "198.51.100.9"),
]
NAMESPACES = ["site", "gateway", "isp1", "isp2", "isp3", "cloud"]
ROUTERS = ["gateway", "isp1", "isp2", "isp3"]
RESOLVER = "203.0.113.53"

NAT = """
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "wan" masquerade
    }
}
"""


def silence(stun: Iterable[str], stun_ports: Iterable[int], ntp: Iterable[str]) -> str:
    """Rules of the cloud: it answers UDP only where a server listens, as the media addresses ignore strangers."""
    return f"""
table ip strangers {{
    chain input {{
        type filter hook input priority filter
        ip daddr {{ {", ".join(stun)} }} udp dport {{ {", ".join(map(str, stun_ports))} }} accept
        ip daddr {{ {", ".join(ntp)} }} udp dport 123 accept
        meta l4proto udp drop
    }}
}}
"""


def script(resolv_conf: str, local: Iterable[str]) -> str:
    """Shell commands that build the bed inside the holder's namespaces; `local` prefixes belong to the cloud."""
    lines = [
        "resolver=$(readlink -f /etc/resolv.conf)",
        "mount -t tmpfs tmpfs /run",
        "mkdir -p /run/netns $(dirname $resolver)",
        "[ -e $resolver ] || touch $resolver",
        f"mount --bind '{resolv_conf}' $resolver",
        *(f"ip netns add {name}" for name in NAMESPACES),
        *(
            f"ip link add {a.device} netns {a.namespace} type veth peer name {b.device} netns {b.namespace}"
            for a, b in LINKS
        ),
    ]
    batches: dict[str, list[str]] = {name: ["link set lo up"] for name in NAMESPACES}
    for end in (end for link in LINKS for end in link):
        batches[end.namespace] += [f"address add {end.address} dev {end.device}", f"link set {end.device} up"]
    batches["isp1"].append(f"address add {RESOLVER}/24 dev near")
    for route in ROUTES:
        batches[route.namespace].append(f"route add {route.destination} via {route.via}")
    batches["cloud"] += [f"route replace local {prefix} dev lo" for prefix in local]
    for name, commands in batches.items():
        lines += [f"ip -n {name} -batch - <<'END'", *commands, "END"]
    lines += [f"ip netns exec {name} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'" for name in ROUTERS]
    return "\n".join(lines)
