"""DNS: what our server writes and our client reads, dnspython's own messages, hostile bytes."""

from __future__ import annotations

import struct
from itertools import pairwise

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire import dns as codec
from probe.wire import dns_server
from probe.wire.dns import Answer, Question, Record, Service
from probe.wire.error import Mismatch, WireError

ID = 0x1234
A = Question(name="www.example.com", type="A")
SRV = Question(name="_sips._tcp.example.com", type="SRV")


def ask(question: Question) -> bytes:
    return codec.query(question.name, question.type, id=ID)


def read(data: bytes, question: Question = A) -> Answer:
    return codec.parse(data, id=ID, question=question)


def answer(*records: Record, question: Question = A, rcode: str = "NOERROR", truncate_at: int | None = None) -> Answer:
    return read(dns_server.respond(ask(question), records, rcode=rcode, truncate_at=truncate_at), question)


def address(name: str, data: str = "192.0.2.1") -> Record:
    return Record(name=name, type="A", ttl=60, data=data)


def alias(name: str, target: str) -> Record:
    return Record(name=name, type="CNAME", ttl=60, data=target)


def test_rfc1035_4_1_a_query_on_the_wire() -> None:
    plain = codec.query("a.bc", "A", id=ID, edns_payload=None)
    assert plain.hex() == "12340100000100000000000001610262630000010001"


def test_rfc6891_6_1_2_the_payload_that_we_take() -> None:
    assert codec.query("a.bc", "A", id=ID, edns_payload=1232).endswith(bytes.fromhex("00002904d0000000000000"))


@pytest.mark.parametrize(
    ("name", "rdtype", "id_"),
    [("a..b", "A", 1), ("x" * 64 + ".com", "A", 1), ("a.b", "NOSUCH", 1), ("a.b", "A", 65536), ("a." * 130, "A", 1)],
)
def test_what_cannot_be_asked(name: str, rdtype: str, id_: int) -> None:
    with pytest.raises(WireError):
        codec.query(name, rdtype, id=id_)


def test_an_answer_is_read_in_order() -> None:
    records = (address("www.example.com", "192.0.2.2"), address("www.example.com", "192.0.2.1"))
    result = answer(*records)
    assert result.records == result.answers == records
    assert (result.rcode, result.truncated, result.authoritative, result.recursion_available) == (
        "NOERROR",
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("rdtype", "data"),
    [("AAAA", "2001:db8::1"), ("TXT", '"two" "texts"'), ("NS", "ns.example.com."), ("TYPE65000", "\\# 2 abcd")],
)
def test_other_types_are_kept_as_text(rdtype: str, data: str) -> None:
    question = Question(name="www.example.com", type=rdtype)
    record = Record(name="www.example.com", type=rdtype, ttl=1, data=data)
    assert answer(record, question=question).records == (record,)


def test_rfc2782_services() -> None:
    service = Service(priority=10, weight=20, port=8934, target="sip.example.com")
    record = Record(name=SRV.name, type="SRV", ttl=9, data="10 20 8934 sip.example.com", service=service)
    result = answer(record, question=SRV)
    assert result.records == (record,)
    assert result.records[0].service == service


def test_rfc3597_4_a_compressed_target_is_read() -> None:
    wire = dns_server.respond(ask(SRV), [Record(name=SRV.name, type="SRV", ttl=9, data="1 2 3 x")])
    cut = wire.rindex(b"\0\1\0\2\0\3\1x\0")
    pointer = struct.pack("!H", 0xC000 | wire.index(b"\7example"))
    compressed = wire[: cut - 2] + struct.pack("!HHHH", 8, 1, 2, 3) + pointer + wire[cut + 9 :]
    service = read(compressed, SRV).records[0].service
    assert service == Service(priority=1, weight=2, port=3, target="example.com")


def test_aliases_are_followed_in_any_order() -> None:
    result = answer(
        address("c.example.org"), alias("b.example.net", "C.example.org"), alias("WWW.example.com", "B.example.net"),
        address("stray.example.net"),
    )  # fmt: skip
    assert result.aliases == ("b.example.net", "c.example.org")
    assert result.records == (address("c.example.org"),)
    assert len(result.answers) == 4


def test_an_alias_that_leads_nowhere_gives_no_records() -> None:
    result = answer(alias(A.name, "gone.example.com"), rcode="NXDOMAIN")
    assert (result.rcode, result.aliases, result.records) == ("NXDOMAIN", ("gone.example.com",), ())


def test_an_alias_that_was_asked_for_is_not_followed() -> None:
    question = Question(name="www.example.com", type="CNAME")
    result = answer(alias(A.name, "b.example.net"), question=question)
    assert (result.aliases, result.records) == ((), (alias(A.name, "b.example.net"),))


@pytest.mark.parametrize("length", [1, 2, 30])
def test_aliases_in_a_circle_are_malformed(length: int) -> None:
    names = [A.name, *(f"n{i}.example.com" for i in range(1, length)), A.name]
    with pytest.raises(WireError, match="circle"):
        answer(*(alias(a, b) for a, b in pairwise(names)))


def test_rfc1035_4_1_1_truncation() -> None:
    many = [address(A.name, f"192.0.2.{i}") for i in range(100)]
    result = answer(*many, truncate_at=512)
    assert result.truncated
    assert result.answers == ()
    assert not answer(*many, truncate_at=4096).truncated


def test_a_truncated_answer_may_end_within_a_record_another_may_not() -> None:
    wire = bytearray(dns_server.respond(ask(A), [address(A.name, "192.0.2.1"), address(A.name, "192.0.2.2")]))
    cut = wire.index(bytes([192, 0, 2, 2])) + 2
    with pytest.raises(WireError, match="runs past the end"):
        read(bytes(wire[:cut]))
    wire[2] |= 0x02
    assert read(bytes(wire[:cut])).records == (address(A.name, "192.0.2.1"),)


@pytest.mark.parametrize(
    "rcode", ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "BADVERS", "BADCOOKIE"]
)
def test_rcodes_are_text_those_of_rfc6891_too(rcode: str) -> None:
    assert answer(rcode=rcode).rcode == rcode


def test_a_refusal_may_leave_out_the_question_an_answer_may_not() -> None:
    refusal = struct.pack("!6H", ID, dns.flags.QR | 5, 0, 0, 0, 0)
    assert read(refusal).rcode == "REFUSED"
    with pytest.raises(Mismatch):
        read(struct.pack("!6H", ID, dns.flags.QR, 0, 0, 0, 0))


def test_case_and_final_dot_of_the_question_do_not_matter() -> None:
    data = dns_server.respond(codec.query("WwW.eXample.Com.", "A", id=ID), [address("www.example.com")])
    assert [record.data for record in read(data).records] == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (dns_server.respond(codec.query("www.example.com", "A", id=ID + 1)), "id 4661 is not the 4660"),
        (dns_server.respond(codec.query("www.example.org", "A", id=ID)), "not to www.example.com A"),
        (dns_server.respond(codec.query("www.example.com", "AAAA", id=ID)), "not to www.example.com A"),
        (codec.query("www.example.com", "A", id=ID), "not a response"),
        (struct.pack("!6H", ID, dns.flags.QR | 5 << 11, 0, 0, 0, 0), "not a response to a query"),
    ],
)
def test_an_answer_to_something_else_is_a_mismatch(data: bytes, reason: str) -> None:
    with pytest.raises(Mismatch, match=reason):
        read(data)


def test_junk_behind_the_answer_is_no_fault() -> None:
    wire = bytearray(dns_server.respond(ask(A), [address(A.name)]))
    wire[8:12] = b"\xff\xff\xff\xff"
    assert read(bytes(wire) + b"\xff" * 20).records == (address(A.name),)


HEAD = struct.pack("!6H", ID, dns.flags.QR, 1, 1, 0, 0) + ask(A)[12:33]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "shorter than a DNS header"),
        (HEAD[:11], "shorter than a DNS header"),
        (HEAD[:12], "ends at byte 12"),
        (HEAD[:20], "name at byte 12"),
        (HEAD[:31], "ends at byte 31"),
        (HEAD, "ends at byte 33"),
        (HEAD + b"\xc0", "name at byte 33"),
        (HEAD + b"\xc0\x21" + bytes(10), "name at byte 33"),
        (HEAD + b"\xc0\x0c" + bytes(9), "within an entry"),
        (HEAD + b"\xff\xff" + bytes(10), "name at byte 33"),
        (HEAD + b"\x40" + bytes(10), "name at byte 33"),
        (HEAD + b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 99), "runs past the end"),
        (HEAD + b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 3) + b"abc", "A record at byte 45"),
        (HEAD + b"\xc0\x0c" + struct.pack("!HHIH", 33, 1, 0, 3) + b"abc", "SRV record at byte 45"),
        (HEAD + b"\xc0\x0c" + struct.pack("!HHIH", 33, 1, 0, 8) + bytes(8), "does not fill its record"),
        (HEAD + b"\xc0\x0c" + struct.pack("!HHIH", 5, 1, 0, 2) + b"\xc0\x2d", "name at byte 45"),
        (HEAD + bytes(20000), "more than the limit"),
    ],
)
def test_malformed_answers_say_what_is_wrong(data: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason) as caught:
        read(data)
    assert not isinstance(caught.value, Mismatch)
    assert "\n" not in str(caught.value)


def test_a_compression_loop_is_malformed() -> None:
    loop = struct.pack("!6H", ID, dns.flags.QR, 1, 0, 0, 0) + b"\1a\xc0\x0c" + bytes(4)
    with pytest.raises(WireError, match="name at byte 12"):
        read(loop)


def test_many_long_names_in_the_largest_message_are_bounded() -> None:
    name = b"".join(b"\1%c" % (97 + i % 26) for i in range(120)) + b"\0"
    question = Question(name=".".join(chr(97 + i % 26) for i in range(120)), type="A")
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + bytes(4)
    count = (codec.LIMIT_BYTES - 12 - len(name) - 4) // len(record)
    data = struct.pack("!6H", ID, dns.flags.QR, 1, count, 0, 0) + name + struct.pack("!HH", 1, 1) + record * count
    assert len(read(data, question).records) == count


def test_an_answer_written_by_dnspython_is_read() -> None:
    message = dns.message.make_response(dns.message.from_wire(ask(A)))
    message.flags |= dns.flags.AA
    message.answer.append(dns.rrset.from_text("www.example.com.", 300, "IN", "CNAME", "edge.example.net."))
    message.answer.append(dns.rrset.from_text("edge.example.net.", 30, "IN", "A", "192.0.2.8", "192.0.2.9"))
    result = read(message.to_wire())
    assert result.authoritative
    assert sorted(record.data for record in result.records) == ["192.0.2.8", "192.0.2.9"]


def test_a_server_reads_the_question() -> None:
    assert dns_server.parse_query(ask(SRV)) == dns_server.Query(id=ID, question=SRV, payload=1232)
    assert dns_server.parse_query(codec.query("a.b", "A", id=1, edns_payload=None)).payload == 512


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(12),
        dns_server.respond(ask(A)),
        ask(A)[:-1],
        ask(A)[:2] + b"\x28\0" + ask(A)[4:],
        ask(A)[:32] + b"\3" + ask(A)[33:],
        bytes(20000),
    ],
)
def test_a_server_refuses_what_is_no_query(data: bytes) -> None:
    with pytest.raises(WireError):
        dns_server.parse_query(data)
    with pytest.raises(WireError):
        dns_server.respond(data)


@pytest.mark.parametrize(
    "record", [address(A.name, "not an address"), Record(name=A.name, type="NOSUCH", ttl=1, data="x"), address("a..b")]
)
def test_a_record_that_makes_no_sense_is_not_written(record: Record) -> None:
    with pytest.raises(WireError):
        dns_server.respond(ask(A), [record])


labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
names = st.lists(labels, min_size=1, max_size=5).map(".".join)
ports = st.integers(0, 65535)
services = st.builds(Service, priority=ports, weight=ports, port=ports, target=names)


def service_record(service: Service, ttl: int) -> Record:
    text = f"{service.priority} {service.weight} {service.port} {service.target}"
    return Record(name=SRV.name, type="SRV", ttl=ttl, data=text, service=service)


@given(st.lists(services, max_size=8, unique=True), st.integers(0, 2**31 - 1))
def test_services_survive_the_wire(found: list[Service], ttl: int) -> None:
    records = tuple(service_record(each, ttl) for each in found)
    assert answer(*records, question=SRV).records == records


@given(names, st.sampled_from(["A", "AAAA", "SRV", "TXT", "CNAME"]), st.integers(0, 65535))
def test_a_question_survives_the_wire(name: str, rdtype: str, id_: int) -> None:
    asked = dns_server.parse_query(codec.query(name, rdtype, id=id_))
    assert (asked.id, asked.question) == (id_, Question(name=name, type=rdtype))


def assert_total(data: bytes) -> None:
    for question in (A, SRV):
        try:
            result = read(data, question)
        except WireError:
            continue
        assert set(result.records) <= set(result.answers)
    try:
        asked = dns_server.parse_query(data)
    except WireError:
        return
    codec.parse(dns_server.respond(data), id=asked.id, question=asked.question)


@given(st.binary(max_size=200))
def test_parse_is_total_on_any_bytes(data: bytes) -> None:
    assert_total(data)
    assert_total(HEAD + data)


@given(st.integers(0, 300), st.binary(max_size=40))
def test_parse_is_total_on_any_record(rdtype: int, rdata: bytes) -> None:
    assert_total(HEAD + b"\xc0\x0c" + struct.pack("!HHIH", rdtype, 1, 0, len(rdata)) + rdata)


VALID = [
    ask(A),
    dns_server.respond(ask(A), [alias(A.name, "b.example.net"), address("b.example.net")]),
    dns_server.respond(ask(SRV), [Record(name=SRV.name, type="SRV", ttl=9, data="1 2 3 x.example.com")]),
]


@given(st.sampled_from(VALID), st.data())
def test_parse_is_total_on_mutated_messages(valid: bytes, data: st.DataObject) -> None:
    mutated = bytearray(valid)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(2, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    assert_total(bytes(mutated))
    assert_total(bytes(mutated[: data.draw(st.integers(0, len(mutated)))]))
