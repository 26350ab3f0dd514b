"""Check values of STUN messages, on the bytes themselves: RFC 8489 §9 and §14.5-14.7.

Each covers the message up to its own attribute, with the length field set as if the message ended after it.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable

from .error import WireError
from .stun import HEADER_BYTES, parse
from .stun_attributes import Fingerprint, MessageIntegrity, MessageIntegritySha256

_FINGERPRINT_MASK = 0x5354554E


def add_fingerprint(message: bytes) -> bytes:
    """`message` with FINGERPRINT, which has to be added last. Raises WireError if `message` is not STUN."""
    return _append(message, Fingerprint.TYPE, 4, _crc)


def add_integrity(message: bytes, key: bytes) -> bytes:
    """`message` with MESSAGE-INTEGRITY. Raises WireError if `message` is not STUN."""
    return _append(message, MessageIntegrity.TYPE, 20, lambda covered: _hmac(covered, key, "sha1"))


def add_integrity_sha256(message: bytes, key: bytes) -> bytes:
    """`message` with MESSAGE-INTEGRITY-SHA256, uncut. Raises WireError if `message` is not STUN."""
    return _append(message, MessageIntegritySha256.TYPE, 32, lambda covered: _hmac(covered, key, "sha256"))


def verify_fingerprint(message: bytes) -> bool | None:
    """None without FINGERPRINT; False if it is wrong or not the last attribute. Raises WireError."""
    found = _find(message, Fingerprint.TYPE)
    if found is None:
        return None
    covered, digest, last = found
    return last and hmac.compare_digest(_crc(covered), digest)


def verify_integrity(message: bytes, key: bytes) -> bool | None:
    """None without MESSAGE-INTEGRITY. Raises WireError."""
    found = _find(message, MessageIntegrity.TYPE)
    return None if found is None else hmac.compare_digest(_hmac(found[0], key, "sha1"), found[1])


def verify_integrity_sha256(message: bytes, key: bytes) -> bool | None:
    """None without MESSAGE-INTEGRITY-SHA256; one that was cut is compared as far as it goes. Raises WireError."""
    found = _find(message, MessageIntegritySha256.TYPE)
    if found is None:
        return None
    covered, digest, _ = found
    return hmac.compare_digest(_hmac(covered, key, "sha256")[: len(digest)], digest)


def short_term_key(password: str) -> bytes:
    """§9.1.1, of a password already prepared by OpaqueString."""
    return password.encode()


def long_term_key(username: str, realm: str, password: str, algorithm: str = "md5") -> bytes:
    """§9.2.2 and §18.5.1: `md5` or `sha256`, of texts already prepared by OpaqueString."""
    text = f"{username}:{realm}:{password}".encode()
    return hashlib.new(algorithm, text, usedforsecurity=False).digest()


def _append(message: bytes, code: int, size: int, digest_of: Callable[[bytes], bytes]) -> bytes:
    parse(message)
    covered = _with_length(message, len(message) + 4 + size)
    return covered + struct.pack("!HH", code, size) + digest_of(covered)


def _find(message: bytes, wanted: int) -> tuple[bytes, bytes, bool] | None:
    """The bytes that the first such attribute covers, its value, and whether it ends the message."""
    parse(message)
    offset = HEADER_BYTES
    while offset < len(message):
        code, size = struct.unpack_from("!HH", message, offset)
        end = offset + 4 + size + -size % 4
        if code == wanted:
            return _with_length(message[:offset], end), message[offset + 4 : offset + 4 + size], end == len(message)
        offset = end
    return None


def _with_length(message: bytes, total: int) -> bytes:
    length = total - HEADER_BYTES
    if length > 0xFFFF:
        raise WireError(f"{length} bytes of attributes do not fit into a STUN message")
    return message[:2] + struct.pack("!H", length) + message[4:]


def _crc(covered: bytes) -> bytes:
    return (zlib.crc32(covered) ^ _FINGERPRINT_MASK).to_bytes(4, "big")


def _hmac(covered: bytes, key: bytes, algorithm: str) -> bytes:
    return hmac.digest(key, covered, algorithm)
