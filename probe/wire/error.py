"""What a codec raises for bytes that it cannot read, and for values that it cannot write."""

from __future__ import annotations


class WireError(ValueError):
    """Malformed: the message says in one line what, and where in the packet."""


class Mismatch(WireError):
    """Well formed, but not the answer to what was asked: ignore it and keep waiting."""
