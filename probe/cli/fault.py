"""What ends a command: one clear line that says what, where and what to do, and exit status 3."""

from __future__ import annotations


class Fault(Exception):
    """Its message is shown as it is."""


READY, AT_RISK, NOT_READY, UNDETERMINED = 0, 1, 2, 3
COULD_NOT_RUN = 3
