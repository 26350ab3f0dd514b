"""Name resolution through resolvers that are dead, wrong or slow (RFC 1034, RFC 7766)."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from probe.context.names import Names
from probe.model.failure import Failure, FailureKind
from probe.ports import NetFailure
from probe.wire import dns_server
from probe.wire.dns import Record

from .fakes import Answer, Fakes, answering, closed_port, hold, silence
from .leaks import tasks_left
from .running import LoopbackNet, brief


def records(query: bytes, *addresses: str) -> bytes:
    asked = dns_server.parse_query(query).question
    answers = [Record(name=asked.name, type="A", ttl=60, data=each) for each in addresses]
    return dns_server.respond(query, answers if asked.type == "A" else [])


def counting(answer: Callable[[bytes], bytes], asked: Counter[str]) -> Answer:
    def make(query: bytes) -> bytes:
        asked[dns_server.parse_query(query).question.name] += 1
        return answer(query)

    return answering(make)


def ask(*resolvers: int, names: list[str]) -> list[list[str] | Failure]:
    """Asks for all at once."""

    async def one(directory: Names, name: str) -> list[str] | Failure:
        try:
            return await directory.addresses(name)
        except NetFailure as error:
            return error.failure

    async def main() -> list[list[str] | Failure]:
        directory = Names(LoopbackNet(*resolvers), brief(), Random(1))
        try:
            return await asyncio.gather(*(one(directory, name) for name in names))
        finally:
            await directory.close()
            assert not tasks_left()

    return asyncio.run(main())


def kinds(found: list[list[str] | Failure]) -> set[FailureKind]:
    return {each.kind for each in found if isinstance(each, Failure)}


def test_many_askers_share_one_question(fakes: Fakes) -> None:
    asked: Counter[str] = Counter()
    port = fakes.udp(counting(lambda q: records(q, "192.0.2.1"), asked))
    assert ask(port, names=["edge.example"] * 50) == [["192.0.2.1"]] * 50
    assert asked == {"edge.example": 1}


def test_the_second_resolver_is_used_where_the_first_is_dead(fakes: Fakes) -> None:
    living = fakes.udp(answering(lambda q: records(q, "192.0.2.1")))
    assert ask(fakes.udp(silence), living, names=["edge.example"]) == [["192.0.2.1"]]


def test_the_second_resolver_is_used_where_the_first_is_closed(fakes: Fakes) -> None:
    living = fakes.udp(answering(lambda q: records(q, "192.0.2.1")))
    began = time.monotonic()
    assert ask(closed_port(socket.SOCK_DGRAM), living, names=["edge.example"]) == [["192.0.2.1"]]
    assert time.monotonic() - began < 0.3


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
def test_the_second_resolver_is_used_where_the_first_gives_up(fakes: Fakes, rcode: str) -> None:
    failing = fakes.udp(answering(lambda q: dns_server.respond(q, rcode=rcode)))
    living = fakes.udp(answering(lambda q: records(q, "192.0.2.1")))
    assert ask(failing, living, names=["edge.example"]) == [["192.0.2.1"]]


def test_the_second_resolver_is_used_where_the_first_is_malformed(fakes: Fakes) -> None:
    noisy = fakes.udp(answering(lambda q: q[:5]))
    living = fakes.udp(answering(lambda q: records(q, "192.0.2.1")))
    assert ask(noisy, living, names=["edge.example"]) == [["192.0.2.1"]]


def test_a_name_that_is_not_there_is_asked_of_one_resolver(fakes: Fakes) -> None:
    asked: Counter[str] = Counter()
    first = fakes.udp(answering(lambda q: dns_server.respond(q, rcode="NXDOMAIN")))
    second = fakes.udp(counting(lambda q: records(q, "192.0.2.1"), asked))
    assert kinds(ask(first, second, names=["nowhere.example"])) == {FailureKind.NAME_NOT_FOUND}
    assert not asked


def test_a_name_without_addresses(fakes: Fakes) -> None:
    port = fakes.udp(answering(records))
    assert kinds(ask(port, names=["empty.example"])) == {FailureKind.NO_DATA}


def test_a_dead_resolver_is_given_up_quickly(fakes: Fakes) -> None:
    """However many names there are, they do not wait one after the other."""
    asked: Counter[str] = Counter()

    async def count(data: bytes, _: object) -> None:
        asked[dns_server.parse_query(data).question.name] += 1

    port = fakes.udp(count)
    began = time.monotonic()
    found = ask(port, names=[f"host{number}.example" for number in range(60)])
    assert kinds(found) == {FailureKind.TIMEOUT}
    assert time.monotonic() - began < 2.5 * (brief().quick + brief().patient)


def test_a_dead_resolver_is_not_asked_again(fakes: Fakes) -> None:
    asked: Counter[str] = Counter()

    async def count(data: bytes, _: object) -> None:
        asked[dns_server.parse_query(data).question.name] += 1

    port = fakes.udp(count)

    async def main() -> float:
        directory = Names(LoopbackNet(port), brief(), Random(1))
        first = [directory.addresses(f"host{number}.example") for number in range(8)]
        await asyncio.gather(*first, return_exceptions=True)
        began = time.monotonic()
        with pytest.raises(NetFailure):
            await directory.addresses("late.example")
        await directory.close()
        return time.monotonic() - began

    assert asyncio.run(main()) < 0.1
    assert "late.example" not in asked


def test_no_resolver_at_all() -> None:
    (found,) = ask(names=["edge.example"])
    assert isinstance(found, Failure)
    assert found.detail == "no resolver is configured"


def test_literal_addresses_are_asked_of_nobody() -> None:
    assert ask(names=["192.0.2.1", "2001:db8::1"]) == [["192.0.2.1"], ["2001:db8::1"]]


def truncated(query: bytes) -> bytes:
    answer = bytearray(dns_server.respond(query))
    answer[2] |= 0x02
    return bytes(answer)


def test_truncated_answers_need_tcp(fakes: Fakes) -> None:
    port = fakes.tcp(hold)
    fakes.udp(answering(truncated), port=port)
    (found,) = ask(port, names=["edge.example"])
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.TIMEOUT
    assert "TCP 53" in found.detail


def test_one_impatient_asker_does_not_end_the_question_of_the_others(fakes: Fakes) -> None:
    async def slow(data: bytes, reply: Callable[[bytes], None]) -> None:
        await asyncio.sleep(0.1)
        reply(records(data, "192.0.2.1"))

    port = fakes.udp(slow)

    async def main() -> list[str]:
        directory = Names(LoopbackNet(port), brief(), Random(1))
        patient = asyncio.create_task(directory.addresses("edge.example"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await directory.addresses("edge.example")
        found = await patient
        await directory.close()
        return found

    assert asyncio.run(main()) == ["192.0.2.1"]
