"""DNS queries and answers: RFC 1035 §4.1, RFC 2782 (SRV), RFC 6891 (EDNS), on dnspython's names, records and messages.

      0  1  2  3  4  5  6  7  8  9  0  1  2  3  4  5
     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
     |                      id                       |
     |QR|  opcode   |AA|TC|RD|RA| z|AD|CD|   rcode   |
     |      entries in question, answer, authority,  |
     |           additional: 16 bits each            |
     +-----------------------------------------------+
     |  question: name, type, class                  |
     |  records: name, type, class, ttl (32 bits),   |
     |           length of data (16 bits), data      |

An answer is walked here, record by record, for four reasons: order is kept, an answer cut within a record is still an
answer, junk behind the answer section is no fault, and a compressed SRV target is read, as RFC 3597 §4 wants.
"""

from __future__ import annotations

import struct

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import msgspec

from .error import Mismatch, WireError

HEADER_BYTES = 12
LIMIT_BYTES = 16384
"""Longest message that is read: bounds the time that a hostile one costs."""
_OPTION_TYPE = 41


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, in class IN. The name is without final dot."""

    name: str
    type: str


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What an SRV record says, RFC 2782."""

    priority: int
    weight: int
    port: int
    target: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record: `data` as in a zone file, names without final dot; `ttl` in seconds."""

    name: str
    type: str
    ttl: int
    data: str
    service: Service | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A response to a query of ours."""

    question: Question
    rcode: str
    """`NOERROR`, `NXDOMAIN`, `SERVFAIL` …"""
    authoritative: bool
    truncated: bool
    recursion_available: bool
    answers: tuple[Record, ...]
    """The whole answer section, in order; with `truncated`, as much of it as came."""
    aliases: tuple[str, ...]
    """Names that CNAME records lead to from the question's name, in order."""
    records: tuple[Record, ...]
    """Of `answers`, those of the type asked for at the last of these names."""


def query(name: str, rdtype: str, *, id: int, edns_payload: int | None = 1232) -> bytes:
    """A recursive query; `edns_payload` bytes are what we take over UDP (None: no EDNS, 512). Raises WireError."""
    try:
        return dns.message.make_query(
            _name(name), rdtype, id=id, use_edns=False if edns_payload is None else 0, payload=edns_payload
        ).to_wire()
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise WireError(f"cannot ask for {name!r} {rdtype} with id {id}: {reason(error)}") from error


def parse(data: bytes, *, id: int, question: Question) -> Answer:
    """The answer to `query(question.name, question.type, id=id)`.

    Raises Mismatch if it answers something else, WireError if it is malformed, longer than LIMIT_BYTES or if its CNAME
    records go round in a circle. A refusal may leave out the question.
    """
    data = bytes(data)
    if len(data) < HEADER_BYTES:
        raise WireError(f"{len(data)} bytes is shorter than a DNS header")
    if len(data) > LIMIT_BYTES:
        raise WireError(f"a DNS message of {len(data)} bytes, more than the limit of {LIMIT_BYTES}")
    their_id, flags, questions, answers, others, additional = struct.unpack_from("!6H", data)
    if their_id != id:
        raise Mismatch(f"id {their_id} is not the {id} that we asked with")
    if not flags & dns.flags.QR or dns.opcode.from_flags(flags) != dns.opcode.QUERY:
        raise Mismatch("not a response to a query")
    walk = _Walk(data)
    rcode, truncated = flags & 0xF, bool(flags & dns.flags.TC)
    asked = [walk.question() for _ in range(min(questions, 2))]
    if asked != [_key(question)] and (asked or not rcode or answers):
        raise Mismatch(f"the answer is not to {question.name} {question.type}")
    found = walk.records(answers, truncated=truncated)
    aliases, records = _follow(question, found)
    return Answer(
        question=question,
        rcode=dns.rcode.to_text(dns.rcode.Rcode.make(rcode | walk.extended_rcode(others + additional) << 4)),
        authoritative=bool(flags & dns.flags.AA),
        truncated=truncated,
        recursion_available=bool(flags & dns.flags.RA),
        answers=tuple(record for _, record in found),
        aliases=aliases,
        records=records,
    )


class _Walk:
    """Steps through a message. Every method raises WireError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = HEADER_BYTES

    def question(self) -> tuple[dns.name.Name, int, int]:
        name = self._take_name()
        rdtype, rdclass = self._take("!HH")
        return name, rdtype, rdclass

    def records(self, count: int, *, truncated: bool) -> list[tuple[dns.name.Name, Record]]:
        """Of class IN. A truncated message may end anywhere."""
        found = []
        for _ in range(count):
            try:
                name, rdtype, rdclass, ttl, start, size = self._take_record()
            except _Short:
                if truncated:
                    break
                raise
            if rdclass == dns.rdataclass.IN:
                found.append((name, self._record(name, rdtype, ttl, start, size)))
        return found

    def extended_rcode(self, count: int) -> int:
        """The upper 8 bits of the rcode, from the OPT record (RFC 6891 §6.1.3); 0 if none can be found."""
        try:
            for _ in range(count):
                _, rdtype, _, ttl, _, _ = self._take_record()
                if rdtype == _OPTION_TYPE:
                    return ttl >> 24
        except WireError:
            pass
        return 0

    def _record(self, name: dns.name.Name, rdtype: int, ttl: int, start: int, size: int) -> Record:
        kind = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))
        owner, ttl = _text(name), 0 if ttl > 0x7FFFFFFF else ttl  # RFC 2181 §8
        if rdtype == dns.rdatatype.SRV:
            service = self._service(start, size)
            text = f"{service.priority} {service.weight} {service.port} {service.target}"
            return Record(name=owner, type=kind, ttl=ttl, data=text, service=service)
        if rdtype == dns.rdatatype.CNAME:
            return Record(name=owner, type=kind, ttl=ttl, data=_text(self._name_at(start, start + size)))
        try:
            rdata = dns.rdata.from_wire(
                dns.rdataclass.IN, dns.rdatatype.RdataType.make(rdtype), self._data, start, size
            )
            return Record(name=owner, type=kind, ttl=ttl, data=rdata.to_text())
        except Exception as error:  # dozens of record types, each with its own reader
            raise WireError(f"{kind} record at byte {start}: {reason(error)}") from error

    def _service(self, start: int, size: int) -> Service:
        if size < 7:
            raise WireError(f"SRV record at byte {start} has only {size} bytes")
        priority, weight, port = struct.unpack_from("!HHH", self._data, start)
        target = _text(self._name_at(start + 6, start + size))
        return Service(priority=priority, weight=weight, port=port, target=target)

    def _take_record(self) -> tuple[dns.name.Name, int, int, int, int, int]:
        name = self._take_name()
        rdtype, rdclass, ttl, size = self._take("!HHIH")
        start = self._offset
        if start + size > len(self._data):
            raise _Short(f"record at byte {start} announces {size} bytes and runs past the end")
        self._offset += size
        return name, rdtype, rdclass, ttl, start, size

    def _take(self, layout: str) -> tuple[int, ...]:
        try:
            values = struct.unpack_from(layout, self._data, self._offset)
        except struct.error:
            raise _Short(f"the message ends at byte {len(self._data)}, within an entry") from None
        self._offset += struct.calcsize(layout)
        return values

    def _take_name(self) -> dns.name.Name:
        if self._offset >= len(self._data):
            raise _Short(f"the message ends at byte {len(self._data)}, before all its entries")
        name, used = self._read_name(self._offset)
        self._offset += used
        return name

    def _name_at(self, start: int, end: int) -> dns.name.Name:
        name, used = self._read_name(start)
        if start + used != end:
            raise WireError(f"name at byte {start} does not fill its record")
        return name

    def _read_name(self, start: int) -> tuple[dns.name.Name, int]:
        try:
            return dns.name.from_wire(self._data, start)
        except (dns.exception.DNSException, ValueError) as error:
            raise WireError(f"name at byte {start}: {reason(error)}") from error


class _Short(WireError):
    """The message ends too early."""


def _follow(
    question: Question, found: list[tuple[dns.name.Name, Record]]
) -> tuple[tuple[str, ...], tuple[Record, ...]]:
    name, rdtype, _ = _key(question)
    aliases: list[str] = []
    if rdtype != dns.rdatatype.CNAME:
        targets = {owner: record.data for owner, record in found if record.type == "CNAME"}
        while (target := targets.pop(name, None)) is not None:
            aliases.append(target)
            name = _name(target)
        if aliases and any(record.type == "CNAME" and owner == name for owner, record in found):
            raise WireError(f"CNAME records go round in a circle at {aliases[-1]}")
    kind = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))
    return tuple(aliases), tuple(record for owner, record in found if owner == name and record.type == kind)


def _key(question: Question) -> tuple[dns.name.Name, int, int]:
    try:
        return _name(question.name), int(dns.rdatatype.from_text(question.type)), int(dns.rdataclass.IN)
    except (dns.exception.DNSException, ValueError) as error:
        raise WireError(f"{question.name!r} {question.type} cannot be asked: {reason(error)}") from error


def _name(text: str) -> dns.name.Name:
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, ValueError) as error:
        raise WireError(f"{text!r} is not a name: {reason(error)}") from error


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def reason(error: BaseException) -> str:
    """An exception's text, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
