"""What this machine is and has, as far as a reader of the report needs it. Nothing here sends a packet."""

from __future__ import annotations

import contextlib
import platform
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from probe.model.address import Endpoint

from . import error_queue

_ROUTES = Path("/proc/net/route")
_GATEWAY_FLAG = 0x2


def describe(resolvers: Sequence[Endpoint], versions: Sequence[int]) -> dict[str, Any]:
    """`gateway` is the IPv4 default gateway, or None where there is none or it cannot be told."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "ip_versions": list(versions),
        "gateway": default_gateway(),
        "source_address": source_address(),
        "resolvers": [each.address for each in resolvers],
        "icmp_errors": error_queue.AVAILABLE,
        "proxies": configured_proxies(),
    }


def configured_proxies() -> dict[str, str]:
    """Host and port of the proxies that the environment (on Windows and macOS: the system) names, by URL scheme.

    Never their credentials.
    """
    found = {}
    for scheme, url in getproxies().items():
        if scheme in {"http", "https", "all"}:
            parts = urlsplit(url if "//" in url else f"//{url}")
            with contextlib.suppress(ValueError):
                found[scheme] = f"{parts.hostname or ''}:{parts.port or 80}"
    return found


def default_gateway() -> str | None:
    """Linux only (/proc/net/route, proc(5))."""
    try:
        lines = _ROUTES.read_text("ascii").splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) > 7 and fields[1] == "00000000" and int(fields[3], 16) & _GATEWAY_FLAG:
            return socket.inet_ntoa(struct.pack("=I", int(fields[2], 16)))
    return None


def source_address() -> str | None:
    """The local address that the default route uses. Connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = sock.getsockname()[0]
        return address


def is_privileged() -> bool:
    """Whether this process may open raw sockets."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    except OSError:
        return False
    return True


PLATFORM_LIMITS = {
    "linux": "",
    "darwin": "ICMP errors cannot be read without privilege here: rejections are seen as silence or as refusals",
    "win32": "ICMP errors cannot be read here, and the machine's root store is not consulted",
}


def platform_limit() -> str:
    return PLATFORM_LIMITS.get(sys.platform, "this platform is untested")
