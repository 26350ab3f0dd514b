"""Where something is on the network."""

from __future__ import annotations

import ipaddress

import msgspec


class Endpoint(msgspec.Struct, frozen=True, order=True):
    """An IP address in text form and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @property
    def version(self) -> int:
        """4 or 6."""
        return ipaddress.ip_address(self.address).version


def is_address(name: str) -> bool:
    """Whether `name` is an IP address in text form rather than a host name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a task is pointed at: a name or an address, with a port where the protocol has one."""

    host: str
    port: int = 0
    """0: the protocol has none."""
    protocol: str | None = None
    """`tcp`, `udp`, or None where the check uses both."""

    def __str__(self) -> str:
        return self.host if self.port == 0 else f"{self.host}:{self.port}"
