"""Differentiated services code points and their names: RFC 2474, 2597, 3246, 5865, 8622.

  0   1   2   3   4   5   6   7
+---+---+---+---+---+---+---+---+
|         DSCP          |  ECN  |      the IPv4 TOS byte, the IPv6 traffic class
+---+---+---+---+---+---+---+---+
"""

from __future__ import annotations

from .error import WireError

HIGHEST = 63

CODE_POINTS: dict[str, int] = {
    **{f"CS{selector}": selector << 3 for selector in range(8)},
    **{f"AF{group}{drop}": group << 3 | drop << 1 for group in range(1, 5) for drop in range(1, 4)},
    "LE": 1,
    "VOICE-ADMIT": 44,
    "EF": 46,
}
"""Values by name: class selectors, assured forwarding (class and drop precedence), lower effort, voice admit, expedited
forwarding."""

_NAMES = {value: name for name, value in CODE_POINTS.items()}


def name(dscp: int) -> str:
    """`EF`, `AF41`, `CS3` …, or the decimal number of a code point without a name. Raises WireError outside 0-63."""
    return _NAMES.get(_checked(dscp), str(dscp))


def value(text: str) -> int:
    """The code point of a name (any case; `BE` and `DF` are CS0) or of a decimal number 0-63. Raises WireError."""
    word = text.strip().upper()
    if word in {"BE", "DF"}:
        return 0
    if word in CODE_POINTS:
        return CODE_POINTS[word]
    if word.isascii() and word.isdecimal() and len(word) <= 2:
        return _checked(int(word))
    raise WireError(f"{text!r} is neither a code point's name such as EF nor a number 0-{HIGHEST}")


def tos(dscp: int, ecn: int = 0) -> int:
    """The TOS or traffic class byte. Raises WireError if a field does not fit."""
    if not 0 <= ecn <= 3:
        raise WireError(f"ECN {ecn} is not within 0-3")
    return _checked(dscp) << 2 | ecn


def from_tos(byte: int) -> int:
    """The code point in a TOS or traffic class byte, without the two ECN bits (RFC 3168). Raises WireError."""
    if not 0 <= byte <= 255:
        raise WireError(f"TOS {byte} is not a byte")
    return byte >> 2


def _checked(dscp: int) -> int:
    if not 0 <= dscp <= HIGHEST:
        raise WireError(f"DSCP {dscp} is not within 0-{HIGHEST}")
    return dscp
