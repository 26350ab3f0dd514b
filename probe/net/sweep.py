"""TCP connections to many endpoints at once, straight on the system's poller: a task for each would cost too much.

Nothing is sent on a connection; it is reset as soon as it stands, so that it leaves no state in a firewall.
"""

from __future__ import annotations

import errno
import select
import socket
import struct
import time
from collections.abc import Sequence

from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind

from . import error_queue
from .classify import from_os_error

_ABORT = struct.pack("ii", 1, 0)
_NONBLOCKING = socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0)
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}
_SILENT = Failure(kind=FailureKind.TIMEOUT, detail="no answer")

Outcome = float | Failure
"""Seconds until the connection stood, or why it did not."""


def sweep(
    endpoints: Sequence[Endpoint], *, quick: float, patient: float, at_once: int, bind: str | None = None
) -> list[Outcome]:
    """One outcome per endpoint, in order. Waits `quick` seconds; silence is tried once more, for `patient` seconds."""
    outcomes: list[Outcome] = [_SILENT] * len(endpoints)
    _round(endpoints, range(len(endpoints)), quick, at_once, bind, outcomes)
    silent = [index for index, each in enumerate(outcomes) if isinstance(each, Failure) and each.kind.silent]
    if silent:
        _round(endpoints, silent, patient, at_once, bind, outcomes)
    return outcomes


def _round(
    endpoints: Sequence[Endpoint],
    indices: Sequence[int],
    wait: float,
    at_once: int,
    bind: str | None,
    outcomes: list[Outcome],
) -> None:
    poller = select.epoll() if hasattr(select, "epoll") else None
    if poller is None:
        _one_by_one(endpoints, indices, wait, outcomes)
        return
    waiting: dict[int, tuple[socket.socket, int, float]] = {}
    todo = iter(indices)
    more = True
    try:
        while more or waiting:
            now = time.monotonic()
            while more and len(waiting) < at_once:
                index = next(todo, None)
                if index is None:
                    more = False
                    break
                started = _start(endpoints[index], bind)
                if isinstance(started, Failure):
                    outcomes[index] = started
                elif isinstance(started, socket.socket):
                    waiting[started.fileno()] = (started, index, now)
                    poller.register(started.fileno(), select.EPOLLOUT | select.EPOLLONESHOT)
            # Insertion order is age: the first is the next to be given up.
            oldest = next(iter(waiting.values()), None)
            if oldest is None:
                continue
            for number, _ in poller.poll(max(0.0, oldest[2] + wait - time.monotonic())):
                sock, index, since = waiting.pop(number)
                outcomes[index] = _finish(sock, time.monotonic() - since)
            _give_up(waiting, time.monotonic() - wait)
    finally:
        poller.close()
        for sock, _, _ in waiting.values():
            sock.close()


def _start(to: Endpoint, bind: str | None) -> socket.socket | Failure:
    sock = None
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in to.address else socket.AF_INET, _NONBLOCKING)
        error_queue.listen(sock)
        if bind is not None:
            sock.bind((bind, 0))
        code = sock.connect_ex((to.address, to.port))
    except OSError as error:
        if sock is not None:
            sock.close()
        return from_os_error(error)
    if code == 0 or code in _UNDER_WAY:
        return sock
    failure = error_queue.read(sock) or from_os_error(OSError(code, ""))
    sock.close()
    return failure


def _finish(sock: socket.socket, elapsed: float) -> Outcome:
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        failure = error_queue.read(sock) or from_os_error(OSError(code, ""))
        sock.close()
        return failure
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    sock.close()
    return elapsed


def _give_up(waiting: dict[int, tuple[socket.socket, int, float]], before: float) -> None:
    """Closes what has waited long enough; its outcome stays silence."""
    while waiting:
        number, (sock, _, since) = next(iter(waiting.items()))
        if since > before:
            return
        del waiting[number]
        sock.close()


def _one_by_one(endpoints: Sequence[Endpoint], indices: Sequence[int], wait: float, outcomes: list[Outcome]) -> None:
    """Where the system has no epoll."""
    for index in indices:
        began = time.monotonic()
        try:
            socket.create_connection((endpoints[index].address, endpoints[index].port), timeout=wait).close()
        except OSError as error:
            outcomes[index] = _SILENT if isinstance(error, TimeoutError) else from_os_error(error)
        else:
            outcomes[index] = time.monotonic() - began
