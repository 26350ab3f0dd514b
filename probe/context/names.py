"""Name resolution through the machine's configured resolvers, over ports (RFC 1034, RFC 7766)."""

from __future__ import annotations

import asyncio
from random import Random

from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.ports import Net, NetFailure
from probe.wire import dns, dns_stream
from probe.wire.error import Mismatch, WireError

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
        return 2.0 + 2 * (self._patience.quick + self._patience.patient) * max(1, len(self._net.name_servers()))

    async def addresses(self, name: str) -> list[str]:
        """IPv6 and IPv4 addresses of `name`, as this machine can use them. Raises NetFailure."""
        if _is_address(name):
            return [name]
        if name not in self._asked:
            self._asked[name] = asyncio.create_task(self._addresses(name))
        return await asyncio.shield(self._asked[name])

    def close(self) -> None:
        """Ends questions that nobody waits for any more."""
        for asked in self._asked.values():
            asked.cancel()

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
        for wait in (self._patience.quick, self._patience.patient):
            try:
                async with asyncio.timeout(wait):
                    answer = await exchange_udp(self._net, server, name, rdtype, self._random)
            except TimeoutError:
                continue
            if answer.truncated:
                try:
                    async with asyncio.timeout(self._patience.patient):
                        return await exchange_tcp(self._net, server, name, rdtype, self._random)
                except TimeoutError:
                    detail = f"the answer needs TCP 53, which {server.address} leaves unanswered"
                    raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=detail)) from None
            return answer
        raise NetFailure(Failure(kind=FailureKind.TIMEOUT, detail=f"{server.address} did not answer"))


async def exchange_udp(net: Net, server: Endpoint, name: str, rdtype: str, random: Random) -> dns.Answer:
    """One question over UDP. Answers to other questions are ignored (RFC 5452 §9.1). Raises NetFailure."""
    question, identity = dns.Question(name=name, type=rdtype), random.randrange(65536)
    socket = await net.datagrams(server)
    try:
        socket.send(dns.query(name, rdtype, id=identity))
        while True:
            arrival = await socket.receive()
            try:
                return dns.parse(arrival.data, id=identity, question=question)
            except Mismatch:
                continue
            except WireError as error:
                raise NetFailure(Failure(kind=FailureKind.MALFORMED, detail=f"DNS answer: {error}")) from error
    finally:
        socket.close()


async def exchange_tcp(net: Net, server: Endpoint, name: str, rdtype: str, random: Random) -> dns.Answer:
    """One question over TCP (RFC 7766). Raises NetFailure."""
    question, identity = dns.Question(name=name, type=rdtype), random.randrange(65536)
    stream = await net.connect(server)
    try:
        await stream.send(dns_stream.frame(dns.query(name, rdtype, id=identity)))
        reader = dns_stream.Reader()
        while True:
            data = await stream.receive()
            if not data:
                raise NetFailure(Failure(kind=FailureKind.CLOSED, detail="closed before a DNS answer"))
            try:
                for message in reader.receive(data):
                    return dns.parse(message, id=identity, question=question)
            except WireError as error:
                raise NetFailure(Failure(kind=FailureKind.MALFORMED, detail=f"DNS answer: {error}")) from error
    finally:
        stream.close()


def _is_address(name: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
