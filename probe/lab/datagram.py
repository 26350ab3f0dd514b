"""A UDP service of the lab: each datagram may be answered with one; answers are lost and delayed as the faults say."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from random import Random

from probe.model.address import Endpoint

Answer = Callable[[bytes, Endpoint], bytes | None]
"""From a datagram and its sender to what is sent back; None: nothing."""

_LARGEST = 65535
_AT_ONCE = 256


class DatagramService:
    """`delay` in seconds, `loss` as the share of answers that vanish. Owns `sock`.

    Reads all that waits whenever it is the loop's turn; asyncio's own transport takes one datagram a turn, which makes
    a socket that stands for thousands of ports slow.
    """

    def __init__(self, sock: socket.socket, answer: Answer, *, delay: float, loss: float, random: Random) -> None:
        self._sock = sock
        self._answer = answer
        self._delay = delay
        self._loss = loss
        self._random = random
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock.fileno(), self._readable)

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock.fileno())
            self._sock.close()

    def _readable(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, sender = self._sock.recvfrom(_LARGEST)
            except OSError:  # nothing more, or news of a client that has gone
                return
            self._received(data, sender)

    def _received(self, data: bytes, sender: tuple[str, int]) -> None:
        reply = self._answer(data, Endpoint(*sender))
        if reply is None or (self._loss and self._random.random() < self._loss):
            return
        if self._delay:
            self._loop.call_later(self._delay, self._send, reply, sender)
        else:
            self._send(reply, sender)

    def _send(self, reply: bytes, to: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):  # a client that has gone, or a lab that has closed
            self._sock.sendto(reply, to)
