"""Rich's live display, on a terminal that may break, shrink to nothing or go away while its thread draws."""

from __future__ import annotations

import contextlib

from rich.live import Live


class SteadyLive(Live):
    def refresh(self) -> None:
        with contextlib.suppress(Exception):  # a picture that cannot be drawn is left out
            super().refresh()
