"""The attributes of RFC 8489 §14; those of RFC 5780 are in `stun_discovery`."""

from __future__ import annotations

from typing import Self

from .error import WireError
from .stun_attribute import Attribute, Digest, Endpoint, Text


class MappedAddress(Endpoint, frozen=True, kw_only=True):
    """§14.1: the client's address as the server saw it, in clear, so that some NATs rewrite it."""

    TYPE = 0x0001


class XorMappedAddress(Endpoint, frozen=True, kw_only=True):
    """§14.2: the client's address as the server saw it, masked against rewriting on the way."""

    TYPE = 0x0020
    MASKED = True


class AlternateServer(Endpoint, frozen=True, kw_only=True):
    """§14.15: ask there instead."""

    TYPE = 0x8023


class Username(Text, frozen=True, kw_only=True):
    """§14.3."""

    TYPE = 0x0006


class Realm(Text, frozen=True, kw_only=True):
    """§14.9."""

    TYPE = 0x0014


class Nonce(Text, frozen=True, kw_only=True):
    """§14.10."""

    TYPE = 0x0015


class Software(Text, frozen=True, kw_only=True):
    """§14.14."""

    TYPE = 0x8022


class ErrorCode(Attribute, frozen=True, kw_only=True):
    """§14.8: 21 zero bits, the hundreds digit in 3 bits, the rest in 8, a reason phrase."""

    TYPE = 0x0009
    code: int
    reason: str = ""

    def write(self) -> bytes:
        if not 300 <= self.code <= 699:
            raise WireError(f"ErrorCode: {self.code} is not within 300-699")
        return bytes((0, 0, self.code // 100, self.code % 100)) + self.reason.encode()

    @classmethod
    def read(cls, value: bytes) -> Self:
        if len(value) < 4:
            raise WireError(f"ErrorCode: {len(value)} bytes, needs at least 4")
        hundreds, rest = value[2] & 0x07, value[3]
        if not 3 <= hundreds <= 6 or rest > 99:
            raise WireError(f"ErrorCode: class {hundreds}, number {rest} is not an error code")
        return cls(code=hundreds * 100 + rest, reason=value[4:].decode(errors="replace"))


class UnknownAttributes(Attribute, frozen=True, kw_only=True):
    """§14.13: the types that the server did not understand (with error 420)."""

    TYPE = 0x000A
    types: tuple[int, ...]

    def write(self) -> bytes:
        return b"".join(each.to_bytes(2, "big") for each in self.types)

    @classmethod
    def read(cls, value: bytes) -> Self:
        if len(value) % 2:
            raise WireError(f"UnknownAttributes: {len(value)} bytes is not a list of 2-byte types")
        return cls(types=tuple(int.from_bytes(value[i : i + 2], "big") for i in range(0, len(value), 2)))


class MessageIntegrity(Digest, frozen=True, kw_only=True):
    """§14.5: HMAC-SHA1."""

    TYPE = 0x0008
    SHORTEST = LONGEST = 20


class MessageIntegritySha256(Digest, frozen=True, kw_only=True):
    """§14.6: HMAC-SHA256, possibly cut to a multiple of 4 bytes, 16 at least."""

    TYPE = 0x001C
    SHORTEST, LONGEST = 16, 32


class Fingerprint(Digest, frozen=True, kw_only=True):
    """§14.7: CRC-32 of the message before it, masked."""

    TYPE = 0x8028
    SHORTEST = LONGEST = 4
