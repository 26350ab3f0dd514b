"""Nothing may stay behind: descriptors, tasks, threads."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def descriptors() -> dict[str, str]:
    found = {}
    for number in os.listdir("/proc/self/fd"):
        try:
            found[number] = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue  # the listing's own
    return found


def _more_than(before: dict[str, str]) -> dict[str, str]:
    return {number: what for number, what in descriptors().items() if before.get(number) != what}


@contextmanager
def leakless() -> Iterator[None]:
    """Raises AssertionError if the block leaves a socket or a thread open that was not there before."""
    before, threads = descriptors(), threading.active_count()
    yield
    left = _more_than(before)
    if left:
        gc.collect()  # what only garbage still holds is closed, and its owner warns, which is an error here
        left = _more_than(before)
    assert not left, f"left open: {left}"
    assert threading.active_count() <= threads, f"left running: {threading.enumerate()}"


def tasks_left() -> set[str]:
    """Names of the loop's unfinished tasks, but for the caller's own."""
    return {str(each) for each in asyncio.all_tasks() if each is not asyncio.current_task()}
