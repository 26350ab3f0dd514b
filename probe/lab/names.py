"""The lab's resolver: authoritative for every name of the twin, NXDOMAIN for all others (RFC 1035, RFC 2782)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from probe.model.address import Endpoint
from probe.wire import dns_server, dns_stream
from probe.wire.dns import Question, Record
from probe.wire.error import WireError

_TTL = 300
_SRV = "_sips._tcp."


class Zone:
    """`missing` names do not exist, whatever `names` says."""

    def __init__(self, names: Mapping[str, str], srv_ports: Mapping[str, int], missing: frozenset[str]) -> None:
        self._names = {name: address for name, address in names.items() if name not in missing}
        self._srv_ports = srv_ports
        self._missing = missing
        self._empty = {above for name in self._names for above in _above(name)}

    def answer(self, query: bytes, *, over_udp: bool) -> bytes | None:
        """None to what is no query."""
        try:
            asked = dns_server.parse_query(query)
            records = self._records(asked.question)
            return dns_server.respond(
                query,
                records or (),
                rcode="NXDOMAIN" if records is None else "NOERROR",
                authoritative=True,
                truncate_at=asked.payload if over_udp else None,
            )
        except WireError:
            return None

    def _records(self, question: Question) -> list[Record] | None:
        """None: the name does not exist."""
        name = question.name.lower()
        if name.startswith(_SRV):
            host = name.removeprefix(_SRV)
            if host not in self._srv_ports or host in self._missing:
                return None
            data = f"10 100 {self._srv_ports[host]} {host}"
            return [Record(name=question.name, type="SRV", ttl=_TTL, data=data)] if question.type == "SRV" else []
        if name not in self._names:
            # RFC 8020: a name with others below it exists, if without data.
            return [] if name in self._empty and name not in self._missing else None
        if question.type != "A" or ":" in self._names[name]:
            return []
        return [Record(name=question.name, type="A", ttl=_TTL, data=self._names[name])]


def _above(name: str) -> Iterator[str]:
    while name := name.partition(".")[2]:
        yield name


class DnsService:
    """`delay` in seconds before each answer."""

    def __init__(self, zone: Zone, *, delay: float) -> None:
        self._zone = zone
        self._delay = delay

    def over_udp(self, query: bytes, _: Endpoint) -> bytes | None:
        return self._zone.answer(query, over_udp=True)

    async def over_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """RFC 7766. Whatever is no query ends the connection."""
        messages = dns_stream.Reader()
        while data := await reader.read(65536):
            try:
                queries = messages.receive(data)
            except WireError:
                return
            for query in queries:
                answer = self._zone.answer(query, over_udp=False)
                if answer is None:
                    return
                await asyncio.sleep(self._delay)
                writer.write(dns_stream.frame(answer))
                await writer.drain()
