"""TCP connections to many endpoints at once, on a poller of their own: a stream and task for each would cost too much.

Nothing is sent on a connection; it is reset as soon as it stands, so that it leaves no state in a firewall. Where the
first SYN stays unanswered for a quick wait, a second connection begins beside it; both are heard out for the patient
wait, in which the system repeats the first SYN (RFC 6298 §2): three packets of two flows before silence is believed.
"""

from __future__ import annotations

import asyncio
import errno
import select
import socket
import struct
import sys
from collections import deque
from collections.abc import Iterable, Sequence

from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.ports import Waits

from . import error_queue
from .classify import from_os_error

AVAILABLE = sys.platform == "linux"
"""epoll(7): one descriptor that the event loop watches, for all sockets of a sweep."""

_ABORT = struct.pack("ii", 1, 0)
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}
_MOST_ROUNDS = 3
_TURN = 64
"""Connections begun before other work of the event loop has its turn."""

Outcome = float | Failure
"""Seconds until the connection stood, or why it did not."""


async def sweep(endpoints: Sequence[Endpoint], *, waits: Waits, at_once: int, bind: str | None = None) -> list[Outcome]:
    """One outcome per endpoint, in order. What is silent is tried again where a repeated try has brought an answer."""
    outcomes: dict[int, Outcome] = {}
    silent: Sequence[int] = range(len(endpoints))
    for _ in range(_MOST_ROUNDS):
        tried = _Round(endpoints, silent, waits, at_once, bind, outcomes)
        await tried.run()
        silent = [index for index in silent if index not in outcomes]
        if not silent or not tried.lossy:
            break
    detail = f"no answer within {waits.patient:.1f} s"
    return [outcomes.get(i, Failure(kind=FailureKind.TIMEOUT, detail=detail)) for i in range(len(endpoints))]


class _Round:
    """Tries each endpoint until it answers or has been silent for the patient wait. Silence gets no outcome."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        indices: Iterable[int],
        waits: Waits,
        at_once: int,
        bind: str | None,
        outcomes: dict[int, Outcome],
    ) -> None:
        self._endpoints = endpoints
        self._todo = deque(indices)
        self._waits = waits
        self._at_once = at_once
        self._bind = bind
        self._outcomes = outcomes
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._poller = select.epoll()
        self._sockets: dict[int, tuple[socket.socket, int, float]] = {}
        """By descriptor: the socket, whose it is, since when."""
        self._begun: dict[int, float] = {}
        """Still silent, oldest first."""
        self._unrepeated: dict[int, float] = {}
        """Of those, the ones with a single connection so far."""
        self.lossy = False
        """Something answered only when it was asked again."""

    async def run(self) -> None:
        self._loop.add_reader(self._poller.fileno(), self._ready.set)
        try:
            while self._todo or self._begun:
                self._begin()
                await self._pause()
                for number, _ in self._poller.poll(0):
                    if number in self._sockets:
                        self._finish(*self._sockets.pop(number))
                self._repeat()
                self._give_up()
        finally:
            self._loop.remove_reader(self._poller.fileno())
            self._poller.close()
            for sock, _, _ in self._sockets.values():
                sock.close()

    def _begin(self) -> None:
        now = self._loop.time()
        for _ in range(min(_TURN, len(self._todo), self._at_once - len(self._begun))):
            index = self._todo.popleft()
            if self._connect(index, now):
                self._begun[index] = self._unrepeated[index] = now

    async def _pause(self) -> None:
        """Until something happened, the oldest has waited long enough, or there is room for more."""
        if not self._begun or (self._todo and len(self._begun) < self._at_once):
            await asyncio.sleep(0)
            return
        self._ready.clear()
        due = next(iter(self._begun.values())) + self._waits.patient
        if self._unrepeated:
            due = min(due, next(iter(self._unrepeated.values())) + self._waits.quick)
        try:
            async with asyncio.timeout_at(due):
                await self._ready.wait()
        except TimeoutError:
            return

    def _connect(self, index: int, now: float) -> bool:
        """Begins a connection; False where its outcome is known at once."""
        to = self._endpoints[index]
        family = socket.AF_INET6 if ":" in to.address else socket.AF_INET
        sock = None
        try:
            sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            error_queue.listen(sock, family)
            if self._bind is not None:
                sock.bind((self._bind, 0))
            code = sock.connect_ex((to.address, to.port))
        except OSError as error:
            if sock is not None:
                sock.close()
            self._outcomes[index] = from_os_error(error)
            return False
        if code in _UNDER_WAY:
            # A refusal from nearby has arrived before the call is back: it needs no poller.
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or code
        if code not in _UNDER_WAY:
            self._finish(sock, index, now, code)
            return False
        self._sockets[sock.fileno()] = (sock, index, now)
        self._poller.register(sock.fileno(), select.EPOLLOUT | select.EPOLLONESHOT)
        return True

    def _finish(self, sock: socket.socket, index: int, since: float, code: int | None = None) -> None:
        elapsed = self._loop.time() - since
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if code is None else code
        if index in self._outcomes:
            sock.close()
            return
        if code:
            outcome: Outcome = error_queue.read(sock) or from_os_error(OSError(code, ""))
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            outcome = elapsed
        sock.close()
        self._outcomes[index] = outcome
        repeated = self._begun.pop(index, None) is not None and self._unrepeated.pop(index, None) is None
        if repeated:
            self.lossy = True
            self._close(index)
        elif isinstance(outcome, float) or outcome.kind is FailureKind.REFUSED:
            self._waits.learn(elapsed)

    def _repeat(self) -> None:
        """A second connection beside each first one that has been silent for the quick wait."""
        now = self._loop.time()
        due = now - self._waits.quick
        for index, begun in list(self._unrepeated.items()):
            if begun > due:
                return
            del self._unrepeated[index]
            self._connect(index, now)

    def _give_up(self) -> None:
        due = self._loop.time() - self._waits.patient
        silent = []
        for index, begun in self._begun.items():
            if begun > due:
                break
            silent.append(index)
        for index in silent:
            del self._begun[index]
            self._unrepeated.pop(index, None)
        if silent:
            self._close(*silent)

    def _close(self, *indices: int) -> None:
        """What is left of these endpoints' sockets."""
        gone = set(indices)
        for number in [n for n, (_, index, _) in self._sockets.items() if index in gone]:
            self._sockets.pop(number)[0].close()
