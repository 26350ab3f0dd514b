"""What changed since a day, from the history of a catalogue."""

from __future__ import annotations

import datetime

from .model import Change, History


def since(history: History, date: datetime.date) -> list[Change]:
    """Changes announced or taking effect on `date` or later, newest first.

    Where only the month of a change is sure, the whole month counts: nothing is missed.
    """
    late = [change for change in history.changes if _latest(change) >= date]
    return sorted(late, key=lambda change: change.date, reverse=True)


def _latest(change: Change) -> datetime.date:
    """The last day on which `change` may have come about."""
    announced = change.date if change.day_known else _end_of_month(change.date)
    return max(announced, change.effective or announced)


def _end_of_month(date: datetime.date) -> datetime.date:
    return (date.replace(day=1) + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
