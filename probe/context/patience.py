"""How long to wait for an answer: follows the round-trip times already measured in this run.

Silence is heard twice before it is recorded: a quick wait, then one patient wait that spans a retransmission
of the first packet (RFC 6298 §2: initial RTO 1 s). In a run that has met loss it is heard twice more: where 5 of 100
packets get lost, two tries would call one target in a hundred blocked.
"""

from __future__ import annotations

from collections.abc import Iterator

SYN_RETRANSMISSION = 1.0


class Patience:
    """Seconds to wait, from the round trips told to it.

    `answer` bounds what a service that accepted a connection may take for its handshake or its answer.
    """

    def __init__(self, *, unknown: float = 1.0, ceiling: float = 5.0, answer: float = 8.0) -> None:
        self._unknown = unknown
        self._ceiling = ceiling
        self._answer = answer
        self._longest: float | None = None
        self.lossy = False
        """An answer came to the second question, or a later one."""

    def learn(self, round_trip: float) -> None:
        self._longest = max(self._longest or 0.0, round_trip)

    @property
    def quick(self) -> float:
        if self._longest is None:
            return self._unknown
        return min(0.3 + 3 * self._longest, self._ceiling)

    @property
    def patient(self) -> float:
        """Long enough for one retransmission and its answer."""
        longest = self._unknown / 2 if self._longest is None else self._longest
        return min(SYN_RETRANSMISSION + 0.3 + 4 * longest, self._ceiling)

    def waits(self) -> Iterator[float]:
        """How long to wait after asking, and after asking again, as long as nothing comes."""
        yield self.quick
        yield self.patient
        for _ in range(2):
            if self.lossy:
                yield self.patient

    def service(self, most: float) -> float:
        """For a handshake or an answer that takes `most` seconds at a slow but honest service."""
        return min(most, self._answer)
