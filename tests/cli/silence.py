"""Makes every attempt to send a packet fail; looking up a route, which sends nothing, is let through."""

from __future__ import annotations

import socket
from typing import Any

import pytest


class PacketSent(AssertionError):
    """Something was to leave this process."""


def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def method(self: socket.socket, *arguments: Any) -> Any:
            if self.family == getattr(socket, "AF_UNIX", None):
                # An event loop wakes itself through a pair of these.
                return original(self, *arguments)
            if name == "connect" and self.type == socket.SOCK_DGRAM:
                return original(self, *arguments)
            raise PacketSent(f"{name}{arguments}")

        return method

    for name in ("send", "sendall", "sendto", "sendmsg", "sendfile", "connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
