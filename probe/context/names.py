"""Name resolution through the machine's configured resolvers, over ports (RFC 1034, RFC 7766)."""

from __future__ import annotations

import asyncio
from random import Random

import msgspec

from probe.model.address import Endpoint, is_address
from probe.model.failure import Failure, FailureKind
from probe.ports import Net, NetFailure
from probe.wire import dns, dns_stream
from probe.wire.error import Mismatch, WireError

from .answers import first_answer
from .patience import Patience

_GIVEN_UP_AFTER = 6
"""Questions that a resolver must have left unanswered, without ever answering, before it is no longer asked."""

_BY_RCODE = {
    "NXDOMAIN": FailureKind.NAME_NOT_FOUND,
    "SERVFAIL": FailureKind.NAME_SERVER_FAILURE,
    "REFUSED": FailureKind.NAME_SERVER_REFUSED,
}


class Names:
    """Answers each name once per run: concurrent askers share one question."""

    def __init__(self, net: Net, patience: Patience, random: Random) -> None:
        self._net = net
        self._patience = patience
        self._random = random
        self._asked: dict[str, asyncio.Task[list[str]]] = {}
        self._unanswered: dict[Endpoint, int] = {}
        self._answered: set[Endpoint] = set()

    @property
    def patience(self) -> float:
        """Seconds after which `addresses` must have answered."""
        return 2.0 + 2 * (self._patience.quick + 2 * self._patience.patient) * max(1, len(self._net.name_servers()))

    async def addresses(self, name: str) -> list[str]:
        """IPv6 and IPv4 addresses of `name`, as this machine can use them. Raises NetFailure."""
        if is_address(name):
            return [name]
        if name not in self._asked:
            self._asked[name] = asyncio.create_task(self._addresses(name))
        return await asyncio.shield(self._asked[name])

    async def close(self) -> None:
        """Ends questions that nobody waits for any more."""
        for asked in self._asked.values():
            asked.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _addresses(self, name: str) -> list[str]:
        rdtypes = [{6: "AAAA", 4: "A"}[version] for version in sorted(self._net.versions(), reverse=True)] or ["A"]
        results = await asyncio.gather(*(self.ask(name, each) for each in rdtypes), return_exceptions=True)
        found = []
        failure: NetFailure | None = None
        for result in results:
            if isinstance(result, dns.Answer):
                found += [each.data for each in result.records]
            elif isinstance(result, NetFailure):
                failure = result
            elif isinstance(result, BaseException):
                raise result
        if found:
            return found
        raise failure or NetFailure(Failure(kind=FailureKind.NO_DATA, detail=f"{name} has no address"))

    async def ask(self, name: str, rdtype: str) -> dns.Answer:
        """Asks the configured resolvers in their order until one answers. Raises NetFailure."""
        servers = [each for each in self._net.name_servers() if self._unanswered.get(each, 0) < _GIVEN_UP_AFTER]
        if not servers:
            detail = "no resolver is configured" if not self._net.name_servers() else "no configured resolver answers"
            raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=detail))
        failure: Failure | None = None
        for server in servers:
            try:
                answer = await self._ask_one(server, name, rdtype)
            except NetFailure as error:
                failure = error.failure
                if server not in self._answered:
                    self._unanswered[server] = self._unanswered.get(server, 0) + 1
                continue
            self._answered.add(server)
            if answer.rcode == "NOERROR":
                return answer
            kind = _BY_RCODE.get(answer.rcode, FailureKind.ERROR_ANSWER)
            failure = Failure(kind=kind, detail=f"{answer.rcode} from {server.address}")
            if kind is FailureKind.NAME_NOT_FOUND:
                break
        raise NetFailure(failure or Failure(kind=FailureKind.TIMEOUT, detail="no resolver answered"))

    async def _ask_one(self, server: Endpoint, name: str, rdtype: str) -> dns.Answer:
        for tries, wait in enumerate(self._patience.waits()):
            try:
                answer = (await exchange_udp(self._net, server, name, rdtype, self._random, within=wait)).answer
            except NetFailure as error:
                if not error.failure.kind.silent:
                    raise
                continue
            self._patience.lossy |= tries > 0
            return await self._in_full(server, name, rdtype) if answer.truncated else answer
        return await self._ask_over_tcp(server, name, rdtype)

    async def _ask_over_tcp(self, server: Endpoint, name: str, rdtype: str) -> dns.Answer:
        """Where UDP 53 is silent, names found over TCP still let the rest of the run be measured."""
        try:
            within = self._patience.quick
            return (await exchange_tcp(self._net, server, name, rdtype, self._random, within=within)).answer
        except NetFailure:
            detail = f"{server.address} did not answer"
            raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=detail)) from None

    async def _in_full(self, server: Endpoint, name: str, rdtype: str) -> dns.Answer:
        """Over TCP, what UDP had to cut (RFC 7766 §5). Raises NetFailure."""
        try:
            within = self._patience.patient
            return (await exchange_tcp(self._net, server, name, rdtype, self._random, within=within)).answer
        except NetFailure as error:
            if not error.failure.kind.silent:
                raise
            detail = f"the answer needs TCP 53, which {server.address} leaves unanswered"
            raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=detail)) from None


class Exchanged(msgspec.Struct, frozen=True):
    """An answer, and the seconds from the question to its arrival at this host."""

    answer: dns.Answer
    round_trip: float


async def exchange_udp(
    net: Net, server: Endpoint, name: str, rdtype: str, random: Random, *, within: float
) -> Exchanged:
    """One question over UDP; `within` is in seconds. Answers to other questions are ignored. Raises NetFailure."""
    question, identity = dns.Question(name=name, type=rdtype), random.randrange(65536)
    socket = await net.datagrams(server)
    try:
        sent = asyncio.get_running_loop().time()
        socket.send(dns.query(name, rdtype, id=identity))
        return await first_answer(
            socket,
            lambda each: Exchanged(dns.parse(each.data, id=identity, question=question), each.at - sent),
            within=within,
        )
    except WireError as error:
        raise NetFailure(Failure(kind=FailureKind.MALFORMED, detail=f"DNS answer: {error}")) from error
    finally:
        socket.close()


async def exchange_tcp(
    net: Net, server: Endpoint, name: str, rdtype: str, random: Random, *, within: float
) -> Exchanged:
    """One question over TCP (RFC 7766); `within` is in seconds. Raises NetFailure."""
    try:
        async with asyncio.timeout(within):
            return await _ask_stream(net, server, dns.Question(name=name, type=rdtype), random.randrange(65536))
    except TimeoutError:
        raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=f"no answer within {within:.1f} s")) from None


async def _ask_stream(net: Net, server: Endpoint, question: dns.Question, identity: int) -> Exchanged:
    stream = await net.connect(server)
    try:
        sent = asyncio.get_running_loop().time()
        await stream.send(dns_stream.frame(dns.query(question.name, question.type, id=identity)))
        reader = dns_stream.Reader()
        while True:
            data = await stream.receive()
            if not data:
                raise NetFailure(Failure(kind=FailureKind.CLOSED, detail="closed before a DNS answer"))
            try:
                for message in reader.receive(data):
                    answer = dns.parse(message, id=identity, question=question)
                    return Exchanged(answer, asyncio.get_running_loop().time() - sent)
            except Mismatch as error:
                raise NetFailure(Failure(kind=FailureKind.MISMATCH, detail=f"DNS answer: {error}")) from error
            except WireError as error:
                raise NetFailure(Failure(kind=FailureKind.MALFORMED, detail=f"DNS answer: {error}")) from error
    finally:
        stream.close()
