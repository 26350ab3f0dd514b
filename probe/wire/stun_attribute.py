"""What attributes of STUN messages are made of, RFC 8489 §14.

      0                   1                   2                   3
      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
     +-------------------------------+-------------------------------+
     |             type              |   length of value, unpadded   |
     +-------------------------------+-------------------------------+
     |                 value, padded to 4 bytes ...
     +---------------------------------------------------------------+

Types below 0x8000 must be understood by whoever acts on the message; the others may be ignored.
"""

from __future__ import annotations

import ipaddress
from typing import ClassVar, Self

import msgspec

from .error import WireError

_FAMILY_BYTES = {1: 4, 2: 16}
_FAMILY_OF_VERSION = {4: 1, 6: 2}


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute: `write` gives its value, `read` takes it, both unpadded and unmasked; both raise ValueErrors."""

    TYPE: ClassVar[int] = -1
    MASKED: ClassVar[bool] = False
    """Whether the value travels XORed with cookie and transaction id."""

    @property
    def type(self) -> int:
        return self.TYPE

    def write(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def read(cls, value: bytes) -> Self:
        raise NotImplementedError


class Raw(Attribute, frozen=True, kw_only=True):
    """An attribute that this codec does not interpret."""

    code: int
    value: bytes

    @property
    def type(self) -> int:
        return self.code

    def write(self) -> bytes:
        return self.value


class Endpoint(Attribute, frozen=True, kw_only=True):
    """Address and port: a zero byte, the family (1 or 2), the port, the address (§14.1)."""

    host: str
    port: int

    def write(self) -> bytes:
        address = ipaddress.ip_address(self.host)
        return bytes((0, _FAMILY_OF_VERSION[address.version])) + self.port.to_bytes(2, "big") + address.packed

    @classmethod
    def read(cls, value: bytes) -> Self:
        size = _FAMILY_BYTES.get(value[1]) if len(value) >= 4 else None
        if size is None or len(value) != 4 + size:
            raise WireError(f"{cls.__name__}: {len(value)} bytes are neither an IPv4 nor an IPv6 address")
        return cls(host=str(ipaddress.ip_address(value[4:])), port=int.from_bytes(value[2:4], "big"))


class Text(Attribute, frozen=True, kw_only=True):
    """UTF-8 text. Bytes that are not UTF-8 are read as U+FFFD: a sloppy server still proves the path."""

    text: str

    def write(self) -> bytes:
        return self.text.encode()

    @classmethod
    def read(cls, value: bytes) -> Self:
        return cls(text=value.decode(errors="replace"))


class Digest(Attribute, frozen=True, kw_only=True):
    """A check value over the message before it; `stun_integrity` computes and verifies it."""

    SHORTEST: ClassVar[int]
    LONGEST: ClassVar[int]
    digest: bytes

    def write(self) -> bytes:
        return self.read(self.digest).digest

    @classmethod
    def read(cls, value: bytes) -> Self:
        if not cls.SHORTEST <= len(value) <= cls.LONGEST or len(value) % 4:
            raise WireError(f"{cls.__name__}: {len(value)} bytes is not the length of its digest")
        return cls(digest=value)
