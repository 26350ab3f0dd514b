"""Attributes by which a client learns how its NAT behaves, RFC 5780 §7."""

from __future__ import annotations

from typing import Self

from .error import WireError
from .stun_attribute import Attribute, Endpoint


class ResponseOrigin(Endpoint, frozen=True, kw_only=True):
    """RFC 5780 §7.3: where the response was sent from."""

    TYPE = 0x802B


class OtherAddress(Endpoint, frozen=True, kw_only=True):
    """RFC 5780 §7.4: the address and port the server would use if asked to change both."""

    TYPE = 0x802C


class ChangeRequest(Attribute, frozen=True, kw_only=True):
    """RFC 5780 §7.2: answer from the other address (bit 0x04), from the other port (bit 0x02)."""

    TYPE = 0x0003
    change_address: bool = False
    change_port: bool = False

    def write(self) -> bytes:
        return bytes((0, 0, 0, 4 * self.change_address + 2 * self.change_port))

    @classmethod
    def read(cls, value: bytes) -> Self:
        if len(value) != 4:
            raise WireError(f"ChangeRequest: {len(value)} bytes instead of 4")
        return cls(change_address=bool(value[3] & 4), change_port=bool(value[3] & 2))


class ResponsePort(Attribute, frozen=True, kw_only=True):
    """RFC 5780 §7.5: answer to this port of mine. Two bytes, padded like any value."""

    TYPE = 0x0027
    port: int

    def write(self) -> bytes:
        return self.port.to_bytes(2, "big")

    @classmethod
    def read(cls, value: bytes) -> Self:
        # Some implementations count the two bytes of padding into the length.
        if len(value) not in {2, 4}:
            raise WireError(f"ResponsePort: {len(value)} bytes instead of 2")
        return cls(port=int.from_bytes(value[:2], "big"))


class Padding(Attribute, frozen=True, kw_only=True):
    """RFC 5780 §7.6: makes the packet long, to see what happens to fragments. The bytes mean nothing."""

    TYPE = 0x0026
    length: int

    def write(self) -> bytes:
        if not 0 <= self.length <= 0xFFFF:
            raise WireError(f"Padding: a length of {self.length} bytes does not fit")
        return bytes(self.length)

    @classmethod
    def read(cls, value: bytes) -> Self:
        return cls(length=len(value))
