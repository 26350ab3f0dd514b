"""STUN messages, RFC 8489 §5 and §6.

 0                   1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+---+---------------------------+-------------------------------+
|0 0|  M11-M7 C1 M6-M4 C0 M3-M0 |  length of attributes, bytes  |
+---+---------------------------+-------------------------------+
|                   magic cookie 0x2112A442                     |
+---------------------------------------------------------------+
|                   transaction id, 96 bits                     |
|                                                               |
|                                                               |
+---------------------------------------------------------------+
|                   attributes ...
+---------------------------------------------------------------+
"""

from __future__ import annotations

import enum
import struct
from typing import TypeVar

import msgspec

from .error import WireError
from .stun_attribute import Attribute, Raw
from .stun_attributes import (
    AlternateServer,
    ErrorCode,
    Fingerprint,
    MappedAddress,
    MessageIntegrity,
    MessageIntegritySha256,
    Nonce,
    Realm,
    Software,
    UnknownAttributes,
    Username,
    XorMappedAddress,
)
from .stun_discovery import ChangeRequest, OtherAddress, Padding, ResponseOrigin, ResponsePort

COOKIE = (0x2112A442).to_bytes(4, "big")
BINDING = 0x001
HEADER_BYTES = 20
TRANSACTION_ID_BYTES = 12
UNKNOWN_ATTRIBUTE = 420
_OPTIONAL_TYPES = 0x8000

KNOWN: dict[int, type[Attribute]] = {
    each.TYPE: each
    for each in (
        MappedAddress, Username, MessageIntegrity, ErrorCode, UnknownAttributes, Realm, Nonce, MessageIntegritySha256,
        XorMappedAddress, Software, AlternateServer, Fingerprint,
        ChangeRequest, Padding, ResponsePort, ResponseOrigin, OtherAddress,
    )
}  # fmt: skip
"""Attributes that `parse` interprets, by type."""

A = TypeVar("A", bound=Attribute)


class Class(enum.IntEnum):
    """RFC 8489 §5, bits C1 and C0."""

    REQUEST = 0
    INDICATION = 1
    SUCCESS = 2
    ERROR = 3


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One STUN message. `bytes()` raises WireError if a value does not fit its field."""

    transaction_id: bytes
    kind: Class = Class.REQUEST
    method: int = BINDING
    attributes: tuple[Attribute, ...] = ()

    def find(self, wanted: type[A]) -> A | None:
        """The first attribute of a type: later ones are to be ignored (§14)."""
        return next((each for each in self.attributes if isinstance(each, wanted)), None)

    @property
    def mapped(self) -> XorMappedAddress | MappedAddress | None:
        """The sender's address as the server saw it: the masked one if there, else the plain one."""
        return self.find(XorMappedAddress) or self.find(MappedAddress)

    @property
    def not_understood(self) -> tuple[int, ...]:
        """Types of attributes that must be understood (below 0x8000) and that this codec does not know."""
        return tuple(each.type for each in self.attributes if isinstance(each, Raw) and each.type < _OPTIONAL_TYPES)

    def __bytes__(self) -> bytes:
        if len(self.transaction_id) != TRANSACTION_ID_BYTES or not 0 <= self.method <= 0xFFF:
            raise WireError("a STUN message has a transaction id of 12 bytes and a method of 12 bits")
        body = b"".join(_write(each, self.transaction_id) for each in self.attributes)
        if len(body) > 0xFFFF:
            raise WireError(f"{len(body)} bytes of attributes do not fit into a STUN message")
        return struct.pack("!HH", _type(self.kind, self.method), len(body)) + COOKIE + self.transaction_id + body


def is_stun(data: bytes) -> bool:
    """Whether a datagram claims to be STUN: two zero bits and the cookie (§5). Says nothing about the rest."""
    return len(data) >= HEADER_BYTES and data[0] < 0x40 and data[4:8] == COOKIE


def parse(data: bytes) -> Message:
    """The message that fills a datagram exactly. Raises WireError. Check values are kept, not verified."""
    data = bytes(data)
    if len(data) < HEADER_BYTES:
        raise WireError(f"{len(data)} bytes is shorter than a STUN header")
    if not is_stun(data):
        raise WireError(f"not STUN: begins with {data[:8].hex()}")
    word, length = struct.unpack_from("!HH", data)
    if length != len(data) - HEADER_BYTES:
        raise WireError(f"STUN header announces {length} bytes of attributes, {len(data) - HEADER_BYTES} are there")
    transaction_id = data[8:HEADER_BYTES]
    attributes = []
    offset = HEADER_BYTES
    while offset < len(data):
        if offset + 4 > len(data):
            raise WireError(f"attribute at byte {offset} has no room for its header")
        code, size = struct.unpack_from("!HH", data, offset)
        end = offset + 4 + size
        if end > len(data):
            raise WireError(f"attribute 0x{code:04x} at byte {offset} announces {size} bytes and runs past the end")
        attributes.append(_read(code, data[offset + 4 : end], transaction_id))
        offset = end + -size % 4
    if offset != len(data):
        raise WireError("the last attribute is not padded to 4 bytes")
    return Message(
        transaction_id=transaction_id,
        kind=Class((word >> 7 & 2) | (word >> 4 & 1)),
        method=(word >> 2 & 0xF80) | (word >> 1 & 0x070) | (word & 0x00F),
        attributes=tuple(attributes),
    )


def binding_request(transaction_id: bytes, *attributes: Attribute) -> Message:
    """§6.1, method of §3."""
    return Message(transaction_id=transaction_id, attributes=attributes)


def binding_success(request: Message, host: str, port: int, *more: Attribute) -> Message:
    """§6.3.1: tells the sender at `host`:`port` where it came from, masked and in clear."""
    attributes = (XorMappedAddress(host=host, port=port), MappedAddress(host=host, port=port), *more)
    return Message(
        transaction_id=request.transaction_id, kind=Class.SUCCESS, method=request.method, attributes=attributes
    )


def binding_error(request: Message, code: int, reason: str, *more: Attribute) -> Message:
    """§6.3.1.1."""
    attributes = (ErrorCode(code=code, reason=reason), *more)
    return Message(
        transaction_id=request.transaction_id, kind=Class.ERROR, method=request.method, attributes=attributes
    )


def answer_binding(request: Message, host: str, port: int, software: str) -> Message | None:
    """What a server without authentication sends back to `host`:`port` (§6.3); None to all but a Binding request."""
    if request.kind is not Class.REQUEST or request.method != BINDING:
        return None
    if unknown := request.not_understood:
        named = UnknownAttributes(types=unknown)
        return binding_error(request, UNKNOWN_ATTRIBUTE, "Unknown Attribute", named, Software(text=software))
    return binding_success(request, host, port, Software(text=software))


def _type(kind: Class, method: int) -> int:
    return (method & 0xF80) << 2 | (kind & 2) << 7 | (method & 0x070) << 1 | (kind & 1) << 4 | (method & 0x00F)


def _read(code: int, value: bytes, transaction_id: bytes) -> Attribute:
    known = KNOWN.get(code)
    if known is None:
        return Raw(code=code, value=value)
    return known.read(_mask(value, transaction_id) if known.MASKED else value)


def _write(attribute: Attribute, transaction_id: bytes) -> bytes:
    try:
        value = attribute.write()
        if attribute.MASKED:
            value = _mask(value, transaction_id)
        return struct.pack("!HH", attribute.type, len(value)) + value + bytes(-len(value) % 4)
    except (struct.error, ValueError, OverflowError) as error:
        raise WireError(f"{type(attribute).__name__} cannot be written: {error}") from error


def _mask(value: bytes, transaction_id: bytes) -> bytes:
    """§14.2: the port is XORed with the top of the cookie, the address with cookie and transaction id."""
    key = bytes(2) + COOKIE[:2] + COOKIE + transaction_id
    return bytes(a ^ b for a, b in zip(value, key, strict=False)) + value[len(key) :]
