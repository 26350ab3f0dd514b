"""The little Markdown that the report needs (CommonMark with GitHub's tables), data always escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .safe_text import visible

LONGEST = 600
"""Characters of one piece of data; the JSON report holds all of it."""

_ALWAYS = re.compile(r"[\\`*\[~|$]")
# an underscore inside a word starts no emphasis, and codes such as firewall.tcp_blocked stay readable in a mail
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_AT_START = re.compile(r"^([-+=#]|\d+(?=[.)](?:\s|$)))")


def escape(text: object) -> str:
    """One line that shows as what it says, at any place of a document."""
    line = " ".join(visible(str(text), limit=LONGEST).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _ALWAYS.sub(lambda match: "\\" + match[0], line)
    line = _UNDERSCORE.sub(r"\\_", line)
    line = line.replace("://", ":\\//").replace("www.", "www\\.")  # no links out of data
    return _AT_START.sub(_unlist, line)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Cells are data; `head` is ours."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(" --- " for _ in head) + "|"]
    lines += ["| " + " | ".join(escape(cell) or "–" for cell in row) + " |" for row in rows]
    return lines


def bullets(items: Iterable[object], indent: str = "") -> list[str]:
    return [f"{indent}- {escape(item)}" for item in items]


def _unlist(match: re.Match[str]) -> str:
    start = match[0]
    return f"{start[:-1]}&#{ord(start[-1])};" if start[-1].isdigit() else "\\" + start
