"""The server's side of DNS: reads a query, writes a response."""

from __future__ import annotations

from collections.abc import Iterable

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

from .dns import LIMIT_BYTES, Question, Record, reason
from .error import WireError


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A client's query. `payload` is how many bytes it takes over UDP."""

    id: int
    question: Question
    payload: int


def parse_query(data: bytes) -> Query:
    """The query with exactly one question. Raises WireError."""
    message = _message(data)
    asked = message.question[0]
    return Query(
        id=message.id,
        question=Question(name=asked.name.to_text(omit_final_dot=True), type=dns.rdatatype.to_text(asked.rdtype)),
        payload=max(message.payload, 512) if message.edns >= 0 else 512,
    )


def respond(
    data: bytes,
    records: Iterable[Record] = (),
    *,
    rcode: str = "NOERROR",
    authoritative: bool = False,
    truncate_at: int | None = None,
) -> bytes:
    """The response to the query in `data`; if longer than `truncate_at` bytes, without records and marked as truncated.

    Raises WireError if `data` is no query or a record cannot be written.
    """
    response = dns.message.make_response(_message(data), recursion_available=True, our_payload=1232)
    if authoritative:
        response.flags |= dns.flags.AA
    try:
        response.set_rcode(dns.rcode.from_text(rcode))
        for record in records:
            _add(response, record)
        wire = _wire(response)
        if truncate_at is not None and len(wire) > truncate_at:
            response.answer.clear()
            response.flags |= dns.flags.TC
            wire = _wire(response)
    except (dns.exception.DNSException, ValueError) as error:
        raise WireError(f"the response cannot be written: {reason(error)}") from error
    return wire


def _wire(response: dns.message.Message) -> bytes:
    # By default dnspython shuffles records, and refuses to exceed the client's payload: here both are the caller's.
    return response.to_wire(max_size=0xFFFF, want_shuffle=False)


def _add(response: dns.message.Message, record: Record) -> None:
    rdtype = dns.rdatatype.from_text(record.type)
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, record.data, origin=dns.name.root, relativize=False)
    owner = dns.name.from_text(record.name)
    response.find_rrset(response.answer, owner, dns.rdataclass.IN, rdtype, create=True).add(rdata, record.ttl)


def _message(data: bytes) -> dns.message.Message:
    if len(data) > LIMIT_BYTES:
        raise WireError(f"a DNS message of {len(data)} bytes, more than the limit of {LIMIT_BYTES}")
    try:
        message = dns.message.from_wire(bytes(data))
    except Exception as error:  # dozens of record types, each with its own reader
        raise WireError(f"not a DNS query: {reason(error)}") from error
    if message.flags & dns.flags.QR or message.opcode() != dns.opcode.QUERY or len(message.question) != 1:
        raise WireError("not a DNS query with one question")
    if message.question[0].rdclass != dns.rdataclass.IN:
        raise WireError("a DNS query outside class IN")
    return message
