"""What the lab's STUN, media and time servers answer (RFC 8489, RFC 5905)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from catalog.ranges import PortRange
from probe.model.address import Endpoint
from probe.wire import ntp, stun
from probe.wire.error import WireError

SOFTWARE = "callready lab"


def stun_or_echo(data: bytes, source: Endpoint) -> bytes | None:
    """A Binding response to a Binding request; anything else comes back as it was."""
    if not stun.is_stun(data):
        return data
    try:
        answer = stun.answer_binding(stun.parse(data), source.address, source.port, SOFTWARE)
    except WireError:
        return None
    return None if answer is None else bytes(answer)


class TimeServer:
    """`ahead` in seconds of this machine's clock; requests from ports of `deaf_to` are ignored."""

    def __init__(self, *, ahead: float, deaf_to: Sequence[PortRange]) -> None:
        self._ahead = ahead
        self._deaf_to = deaf_to

    def answer(self, data: bytes, source: Endpoint) -> bytes | None:
        if any(source.port in each for each in self._deaf_to):
            return None
        now = time.time() + self._ahead
        try:
            return ntp.reply(data, receive_time=now, transmit_time=now, reference_id="LAB")
        except WireError:
            return None
