"""The client's side of one STUN request over UDP, RFC 8489 §6.2.1, as a state machine without I/O or clock.

State         datagrams_to_send(now)                        receive(answer)   unreachable(now)
new           send, now waiting                             ignored           -
waiting       due: send again (at most rc sends in all)     -> response       -> unreachable
              rm * rto after the last send: -> timeout
done          nothing                                       ignored           -

Sends with rto 0.5: 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s; timeout at 39.5 s. A late caller sends one datagram, not all
that it missed. Once done, `outcome` never changes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .error import WireError
from .stun import Class, Message, parse
from .stun_integrity import verify_fingerprint

RTO = 0.5
RC = 7
RM = 16


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a transaction ended, `elapsed` seconds after its first send."""

    result: Literal["response", "timeout", "unreachable"]
    sends: int
    elapsed: float
    response: Message | None = None
    rtt: float | None = None
    """Seconds; None if the request was sent more than once, since nobody knows which send was answered."""


class BindingTransaction:
    """One request until its response, its timeout, or a hard ICMP error. Times are seconds of any monotonic clock.

    `rto` is the first wait, `rc` the number of sends, `rm` the last wait in units of `rto`; over TCP or TLS (§6.2.2)
    use rc=1, rm=79. Raises WireError if `request` is not STUN, ValueError if the numbers make no sense.
    """

    def __init__(
        self, transaction_id: bytes, request: bytes, *, rto: float = RTO, rc: int = RC, rm: float = RM
    ) -> None:
        if rto <= 0 or rc < 1 or rm <= 0:
            raise ValueError(f"a transaction needs rto > 0, rc >= 1 and rm > 0, not {rto}, {rc} and {rm}")
        self._transaction_id = transaction_id
        self._request = request
        asked = parse(request)
        if asked.transaction_id != transaction_id:
            raise ValueError(f"the request carries transaction id {asked.transaction_id.hex()}")
        self._method = asked.method
        self._rto, self._rc, self._rm = rto, rc, rm
        self._started = self._due = 0.0
        self.sends = 0
        self.outcome: Outcome | None = None
        self.ignored = 0
        """Datagrams that were not our answer."""
        self.ignored_because: str | None = None
        """Why the last of them was not."""

    def datagrams_to_send(self, now: float) -> list[bytes]:
        """What to send at `now`: nothing, or the request. To be called first to begin, then whenever `timer` is due."""
        if not self.sends:
            self._started = self._due = now
        if self.outcome is not None or now < self._due:
            return []
        if self.sends == self._rc:
            self._end("timeout", now)
            return []
        self._due = now + self._rto * (2**self.sends if self.sends + 1 < self._rc else self._rm)
        self.sends += 1
        return [self._request]

    def timer(self) -> float | None:
        """When to call `datagrams_to_send` next; None before the first call and after the end."""
        return self._due if self.sends and self.outcome is None else None

    def receive(self, data: bytes, now: float) -> Message | None:
        """The response, success or error, if this datagram is the one that ends the transaction; None if ignored.

        A response with attributes that we do not understand counts (it proves the path): see `Message.not_understood`.
        """
        try:
            message = parse(data)
            reason = self._objection(message, data)
        except WireError as error:
            reason = str(error)
        if reason:
            self.ignored += 1
            self.ignored_because = reason
            return None
        self._end("response", now, message)
        return message

    def unreachable(self, now: float) -> None:
        """A hard ICMP error arrived for our datagram (§6.2.1): the transaction fails at once."""
        if self.sends and self.outcome is None:
            self._end("unreachable", now)

    def _objection(self, message: Message, data: bytes) -> str | None:
        if self.outcome is not None or not self.sends:
            return "no request is waiting for an answer"
        if message.kind not in {Class.SUCCESS, Class.ERROR}:
            return f"a {message.kind.name.lower()} is not a response"
        if message.transaction_id != self._transaction_id:
            return f"transaction id {message.transaction_id.hex()} is not ours"
        if message.method != self._method:
            return f"method 0x{message.method:03x} is not ours"
        if verify_fingerprint(data) is False:
            return "FINGERPRINT is wrong"
        return None

    def _end(
        self, result: Literal["response", "timeout", "unreachable"], now: float, response: Message | None = None
    ) -> None:
        elapsed = now - self._started
        rtt = elapsed if response is not None and self.sends == 1 else None
        self.outcome = Outcome(result=result, sends=self.sends, elapsed=elapsed, response=response, rtt=rtt)
