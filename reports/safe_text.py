"""Text from elsewhere made harmless to show: no control, no direction-changing and no invisible characters."""

from __future__ import annotations

import unicodedata

# Cc: controls (ESC, C1); Cf: bidi overrides, zero-width, tags; Cs: lone surrogates; Zl, Zp: separators
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str, *, lines: bool = False, limit: int | None = None) -> str:
    r"""`text` with every such character written out, ESC as `\x1b`; white space becomes a space.

    With `lines`, line ends are kept. Longer than `limit` characters, the rest gives way to an ellipsis.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(_show(char, lines) for char in text)


def _show(char: str, lines: bool) -> str:
    if char in "\n\t\r":
        return char if lines and char != "\r" else " "
    if unicodedata.category(char) not in _UNSEEN:
        return char
    point = ord(char)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
