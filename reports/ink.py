"""Lines and columns for a terminal: harmless text, tones as colours, ASCII where the terminal wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .safe_text import visible
from .wording import ascii_only

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

Piece = str | tuple[str, str]
"""Text, or text with a tone."""

LONGEST = 400
"""Characters of one piece; the JSON report holds all of it."""
_STYLE = {
    "": "",
    "strong": "bold",
    "quiet": "dim",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
    "open": "blue",
    "good-banner": "bold white on green",
    "warn-banner": "bold black on yellow",
    "bad-banner": "bold white on red",
    "open-banner": "bold white on blue",
}


class Ink:
    def __init__(self, ascii: bool = False) -> None:
        self._ascii = ascii

    def safe(self, text: str) -> str:
        text = visible(text, limit=LONGEST)
        return ascii_only(text) if self._ascii else text

    def line(self, *pieces: Piece) -> Text:
        from rich.text import Text

        text = Text()
        for piece in pieces:
            content, tone = (piece, "") if isinstance(piece, str) else piece
            text.append(self.safe(content), style=_STYLE[tone])
        return text

    def heading(self, title: str) -> Text:
        from rich.text import Text

        return Text("\n").append_text(self.line((title, "strong")))

    def item(self, *pieces: Piece, deep: bool = False) -> RenderableType:
        from rich.padding import Padding

        return Padding(self.line(*pieces), (0, 0, 0, 5 if deep else 2))

    def columns(self, rows: Sequence[Sequence[tuple[str, str]]]) -> RenderableType:
        """Long words are folded."""
        from rich.padding import Padding
        from rich.table import Table

        grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        for number in range(max((len(row) for row in rows), default=0)):
            grid.add_column(overflow="fold", no_wrap=False, min_width=3 if number == 0 else None)
        for row in rows:
            grid.add_row(*(self.line(cell) for cell in row))
        return Padding(grid, (0, 0, 0, 2))
