"""TCP connections to many endpoints at once, on a poller of their own: a stream and task for each would cost too much.

Nothing is sent on a connection; it is reset as soon as it stands, so that it leaves no state in a firewall.
"""

from __future__ import annotations

import asyncio
import errno
import select
import socket
import struct
import sys
from collections.abc import Iterator, Sequence

from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.ports import Waits

from . import error_queue
from .classify import from_os_error

AVAILABLE = sys.platform == "linux"
"""epoll(7): one descriptor that the event loop watches, for all sockets of a sweep."""

_ABORT = struct.pack("ii", 1, 0)
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}
_MOST_ROUNDS = 4
_TURN = 64
"""Connections begun before other work of the event loop has its turn."""

Outcome = float | Failure
"""Seconds until the connection stood, or why it did not."""


async def sweep(endpoints: Sequence[Endpoint], *, waits: Waits, at_once: int, bind: str | None = None) -> list[Outcome]:
    """One outcome per endpoint, in order. Silence is tried once more, patiently; again where that brought answers."""
    outcomes: dict[int, Outcome] = {}
    silent: Sequence[int] = range(len(endpoints))
    for turn in range(_MOST_ROUNDS):
        await _Round(endpoints, silent, waits, at_once, bind, outcomes, patient=turn > 0).run()
        still = [index for index in silent if index not in outcomes]
        # Nobody new has answered a patient wait: what is silent now is silent, and not hit by loss.
        if not still or (turn > 0 and len(still) == len(silent)):
            break
        silent = still
    detail = f"no answer within {waits.patient:.1f} s"
    return [outcomes.get(i, Failure(kind=FailureKind.TIMEOUT, detail=detail)) for i in range(len(endpoints))]


class _Round:
    """Tries each endpoint once. What stays silent gets no outcome."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        indices: Sequence[int],
        waits: Waits,
        at_once: int,
        bind: str | None,
        outcomes: dict[int, Outcome],
        *,
        patient: bool,
    ) -> None:
        self._endpoints = endpoints
        self._todo: Iterator[int] = iter(indices)
        self._left = len(indices)
        self._waits = waits
        self._at_once = at_once
        self._bind = bind
        self._outcomes = outcomes
        self._patient = patient
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, tuple[socket.socket, int, float]] = {}
        self._ready = asyncio.Event()

    async def run(self) -> None:
        if not self._left:
            return
        poller = select.epoll()
        self._loop.add_reader(poller.fileno(), self._ready.set)
        try:
            while self._left or self._waiting:
                self._begin(poller)
                await self._pause()
                for number, _ in poller.poll(0):
                    sock, index, since = self._waiting.pop(number)
                    self._finish(sock, index, self._loop.time() - since)
                self._give_up()
        finally:
            self._loop.remove_reader(poller.fileno())
            poller.close()
            for sock, _, _ in self._waiting.values():
                sock.close()

    @property
    def _wait(self) -> float:
        return self._waits.patient if self._patient else self._waits.quick

    def _begin(self, poller: select.epoll) -> None:
        now = self._loop.time()
        for _ in range(min(_TURN, self._left, self._at_once - len(self._waiting))):
            self._left -= 1
            index = next(self._todo)
            started = self._start(self._endpoints[index])
            if isinstance(started, Failure):
                self._outcomes[index] = started
            else:
                self._waiting[started.fileno()] = (started, index, now)
                poller.register(started.fileno(), select.EPOLLOUT | select.EPOLLONESHOT)

    async def _pause(self) -> None:
        """Until something happened, the oldest has waited long enough, or there is room for more."""
        if not self._waiting or (self._left and len(self._waiting) < self._at_once):
            await asyncio.sleep(0)
            return
        self._ready.clear()
        # Insertion order is age: the first is the next to be given up.
        _, _, since = next(iter(self._waiting.values()))
        try:
            async with asyncio.timeout_at(since + self._wait):
                await self._ready.wait()
        except TimeoutError:
            return

    def _start(self, to: Endpoint) -> socket.socket | Failure:
        sock = None
        try:
            family = socket.AF_INET6 if ":" in to.address else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            error_queue.listen(sock, family)
            if self._bind is not None:
                sock.bind((self._bind, 0))
            code = sock.connect_ex((to.address, to.port))
        except OSError as error:
            if sock is not None:
                sock.close()
            return from_os_error(error)
        if code == 0 or code in _UNDER_WAY:
            return sock
        return _failed(sock, code)

    def _finish(self, sock: socket.socket, index: int, elapsed: float) -> None:
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            failed = _failed(sock, code)
            self._outcomes[index] = failed
            if failed.kind is FailureKind.REFUSED:
                self._waits.learn(elapsed)
            return
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        sock.close()
        self._outcomes[index] = elapsed
        self._waits.learn(elapsed)

    def _give_up(self) -> None:
        before = self._loop.time() - self._wait
        while self._waiting:
            number, (sock, _, since) = next(iter(self._waiting.items()))
            if since > before:
                return
            del self._waiting[number]
            sock.close()


def _failed(sock: socket.socket, code: int) -> Failure:
    failure = error_queue.read(sock) or from_os_error(OSError(code, ""))
    sock.close()
    return failure
