"""What a check holds while it runs: the ports, its clock, and the record of every operation it attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Literal, NoReturn, TypeVar

from probe.model.address import Endpoint, is_address
from probe.model.evidence import ConnectEvidence, Evidence
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Metric, Observation, Operation
from probe.ports import Bound, Clock, Net, NetFailure, SourcePorts, Stream
from probe.wire.error import WireError

from .names import Names
from .patience import SYN_RETRANSMISSION, Patience
from .stalls import Stalls

T = TypeVar("T")


class Skip(Exception):
    """The check could not measure; its message is the reason."""


class Context:
    """Given to `Check.run`. Operations attempted through it are timed, bounded and recorded."""

    def __init__(
        self,
        *,
        task: str,
        net: Net,
        clock: Clock,
        names: Names,
        patience: Patience,
        random: Random,
        began: float,
        stalls: Stalls | None = None,
    ) -> None:
        self.net = net
        self.clock = clock
        self.names = names
        self.patience = patience
        self.random = random
        self._stalls = stalls
        self.observations: list[Observation] = []
        self.metrics: list[Metric] = []
        self._task = task
        self._began = began

    async def attempt(
        self,
        operation: Operation,
        target: object,
        work: Awaitable[T] | Callable[[Bound], Awaitable[T]],
        *,
        timeout: float | None,
        evidence: Callable[[T], Evidence | None] | None = None,
    ) -> T | Failure:
        """The result of `work`, or why it failed; either way one Observation is recorded.

        `timeout` is in seconds; None where nothing on the network is waited for. Work that has to wait for something
        of this host first is a function: the operation begins when it calls what it is given.
        """
        started = self.clock.now()
        failure: Failure | None = None
        seen: Evidence | None = None

        def begin() -> None:
            nonlocal started
            started = self.clock.now()
            limit.reschedule(None if timeout is None else asyncio.get_running_loop().time() + timeout)

        try:
            async with asyncio.timeout(None if callable(work) else timeout) as limit:
                result = await (work(begin) if callable(work) else work)
            if evidence is not None:
                seen = evidence(result)
        except TimeoutError:
            failure = Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {timeout or 0:.1f} s")
        except NetFailure as error:
            failure, seen = error.failure, error.evidence
        except WireError as error:
            failure = Failure(kind=FailureKind.MALFORMED, detail=str(error))
        except BaseException as error:
            stopped = isinstance(error, asyncio.CancelledError)
            detail = "stopped before an answer came" if stopped else "broken off by a fault of callready"
            failure = Failure(kind=FailureKind.INTERRUPTED, detail=detail)
            raise
        finally:
            stood = self.stood_still(started)
            if failure is not None and failure.kind is FailureKind.TIMEOUT and stood:
                detail = f"{failure.detail}, but this machine stood still for {stood:.1f} s meanwhile"
                failure = Failure(kind=FailureKind.STALLED, detail=detail)
            self._record(operation, target, started, failure, seen)
        return result if failure is None else failure

    def _record(
        self, operation: Operation, target: object, started: float, failure: Failure | None, seen: Evidence | None
    ) -> None:
        self.observations.append(
            Observation(
                id=f"{self._task}#{len(self.observations) + 1}",
                operation=operation,
                target=str(target),
                started=round(started - self._began, 6),
                duration=round(self.clock.now() - started, 6),
                failure=failure,
                evidence=seen,
            )
        )

    def stood_still(self, since: float) -> float:
        """Seconds for which this process was not running, if that ended after `since`; else 0."""
        return self._stalls.since(since) if self._stalls is not None else 0.0

    def note(self, operation: Operation, target: object, evidence: Evidence) -> None:
        """Records what was seen in passing, within another operation."""
        self._record(operation, target, self.clock.now(), None, evidence)

    def took(self, operation: Operation) -> float:
        """Seconds of the latest operation of that kind that succeeded."""
        return next(o.duration for o in reversed(self.observations) if o.operation == operation and o.failure is None)

    def metric(self, name: str, value: float, unit: Literal["s", "B", "ratio", "count"]) -> None:
        self.metrics.append(Metric(name=name, value=value, unit=unit))

    def skip(self, reason: str) -> NoReturn:
        raise Skip(reason)

    async def addresses(self, host: str) -> list[str]:
        """Addresses of `host`; skips the check where the name gives none."""
        if is_address(host):
            return [host]
        answer = await self.attempt("resolve", host, self.names.addresses(host), timeout=self.names.patience)
        if isinstance(answer, Failure):
            self.skip(f"its name did not resolve: {answer.detail}")
        return answer

    async def connect(self, to: Endpoint, *, source_ports: SourcePorts = None, dscp: int = 0) -> Stream | Failure:
        """A TCP connection; silence is confirmed, patiently, before it is returned."""
        for tries, wait in enumerate(self.patience.waits()):
            stream = await self.attempt(
                "connect",
                to,
                lambda begin: self.net.connect(to, source_ports=source_ports, dscp=dscp, bound=begin),
                timeout=wait,
                evidence=lambda s: ConnectEvidence(local=s.local, remote=s.remote),
            )
            refused = isinstance(stream, Failure) and stream.kind is FailureKind.REFUSED
            if refused or not isinstance(stream, Failure):
                # A reset is an answer too: it took a round trip.
                self._learn(self.observations[-1].duration, tries)
            if not isinstance(stream, Failure):
                return stream
            if not stream.kind.silent:
                return stream
        return stream

    def _learn(self, duration: float, tries: int) -> None:
        """What was sent twice gives no sample of the round trip: nobody knows which was answered (RFC 6298 §3)."""
        if tries or duration >= SYN_RETRANSMISSION:
            self.patience.lossy = True
        else:
            self.patience.learn(duration)
