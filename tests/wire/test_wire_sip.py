"""SIP messages: what RFC 3261 and 3581 ask of them, round trips, hostile bytes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire import sip, sip_exchange
from probe.wire.error import WireError
from probe.wire.sip import Message, Request, Response

OPTIONS = sip_exchange.options(
    "sip:example.com",
    transport="TLS",
    sent_by="192.0.2.5:40000",
    branch="abc",
    from_uri="sip:probe@192.0.2.5",
    from_tag="f1",
    call_id="c1@192.0.2.5",
    contact="sip:probe@192.0.2.5:40000;transport=tls",
    user_agent="callready",
)

# Valid by RFC 3261 §7.3 and §25, in every odd way: compact names, folding, case and white space.
RESPONSE = (
    b"sip/2.0 200 OK\r\n"
    b"v: SIP/2.0/TLS 192.0.2.5:40000 ;branch=z9hG4bKabc\r\n"
    b"\t;received=198.51.100.7;rport=1024\r\n"
    b"f : <sip:probe@192.0.2.5>;tag=f1\r\n"
    b"TO:<sip:example.com>;tag=t1\r\n"
    b"i: c1@192.0.2.5\r\n"
    b"cseq: 1   OPTIONS\r\n"
    b"Allow: INVITE, ACK\r\n"
    b"Allow: OPTIONS\r\n"
    b"l: 3\r\n"
    b"\r\n"
    b"abc"
)


def test_rfc3261_8_1_1_an_options_request_has_what_every_request_needs() -> None:
    assert bytes(OPTIONS) == (
        b"OPTIONS sip:example.com SIP/2.0\r\n"
        b"Via: SIP/2.0/TLS 192.0.2.5:40000;branch=z9hG4bKabc;rport\r\n"
        b"Max-Forwards: 70\r\n"
        b"From: <sip:probe@192.0.2.5>;tag=f1\r\n"
        b"To: <sip:example.com>\r\n"
        b"Call-ID: c1@192.0.2.5\r\n"
        b"CSeq: 1 OPTIONS\r\n"
        b"Contact: <sip:probe@192.0.2.5:40000;transport=tls>\r\n"
        b"Accept: application/sdp\r\n"
        b"User-Agent: callready\r\n"
        b"Content-Length: 0\r\n"
        b"\r\n"
    )
    assert sip.parse(bytes(OPTIONS)) == OPTIONS


def test_rfc3261_7_3_compact_folded_and_oddly_cased_fields_are_found() -> None:
    message = sip.parse(RESPONSE)
    assert isinstance(message, Response)
    assert (message.status, message.reason, message.body) == (200, "OK", b"abc")
    assert message.first("Via") == "SIP/2.0/TLS 192.0.2.5:40000 ;branch=z9hG4bKabc ;received=198.51.100.7;rport=1024"
    assert message.first("from") == "<sip:probe@192.0.2.5>;tag=f1"
    assert message.all("allow") == ("INVITE, ACK", "OPTIONS")
    assert message.first("m") is None
    assert message.content_length == 3
    assert sip_exchange.via_parameters(message) == {
        "branch": "z9hG4bKabc",
        "received": "198.51.100.7",
        "rport": "1024",
    }


def test_rfc3261_17_1_3_a_response_belongs_to_its_request() -> None:
    response = sip.parse(RESPONSE)
    assert isinstance(response, Response)
    assert sip_exchange.answers(response, OPTIONS)
    other = msgspec.structs.replace(OPTIONS, headers=(("Via", "SIP/2.0/TLS h;branch=z9hG4bKx"), *OPTIONS.headers[1:]))
    assert not sip_exchange.answers(response, other)
    assert not sip_exchange.answers(Response(status=200), OPTIONS)


def test_rfc3261_8_2_6_a_response_copies_what_it_must_and_rfc3581_4_adds_the_source() -> None:
    response = sip_exchange.respond(OPTIONS, 200, "OK", to_tag="t9", source=("198.51.100.7", 1024))
    assert response.headers == (
        ("Via", "SIP/2.0/TLS 192.0.2.5:40000;branch=z9hG4bKabc;received=198.51.100.7;rport=1024"),
        ("From", "<sip:probe@192.0.2.5>;tag=f1"),
        ("To", "<sip:example.com>;tag=t9"),
        ("Call-ID", "c1@192.0.2.5"),
        ("CSeq", "1 OPTIONS"),
        ("Content-Length", "0"),
    )
    assert sip_exchange.answers(response, OPTIONS)
    assert sip.parse(bytes(response)) == response


def request_with(*headers: sip.Header) -> Request:
    rest = [each for each in OPTIONS.headers if each[0] not in {name for name, _ in headers}]
    return Request(method="OPTIONS", uri="sip:a", headers=(*headers, *rest))


@pytest.mark.parametrize(
    ("via", "expected"),
    [
        ("SIP/2.0/TCP 192.0.2.5:5060;branch=z", "SIP/2.0/TCP 192.0.2.5:5060;branch=z;received=198.51.100.7"),
        ("SIP/2.0/TCP 198.51.100.7:5060;branch=z", "SIP/2.0/TCP 198.51.100.7:5060;branch=z"),
        (
            "SIP/2.0/TCP a.example;rport;branch=z, SIP/2.0/UDP b",
            "SIP/2.0/TCP a.example;branch=z;received=198.51.100.7;rport=1024, SIP/2.0/UDP b",
        ),
        ("SIP/2.0/TCP h;x=\",;\\\"\";RPORT", "SIP/2.0/TCP h;x=\",;\\\"\";received=198.51.100.7;rport=1024"),
        ("SIP/2.0/TLS [2001:db8::1]:5061", "SIP/2.0/TLS [2001:db8::1]:5061;received=198.51.100.7"),
        ("", ";received=198.51.100.7"),
    ],
)  # fmt: skip
def test_rfc3261_18_2_1_the_top_via_tells_where_the_request_came_from(via: str, expected: str) -> None:
    request = request_with(("Via", via), ("Via", "SIP/2.0/UDP proxy;branch=p"))
    response = sip_exchange.respond(request, 200, "OK", to_tag="t", source=("198.51.100.7", 1024))
    assert response.all("Via") == (expected, "SIP/2.0/UDP proxy;branch=p")


@pytest.mark.parametrize(
    ("to", "status", "expected"),
    [
        ("<sip:a;tag=inside>", 200, "<sip:a;tag=inside>;tag=new"),
        ("<sip:a>;tag=old", 200, "<sip:a>;tag=old"),
        ("sip:a; Tag = old", 200, "sip:a; Tag = old"),
        ("<sip:a>", 100, "<sip:a>"),
    ],
)
def test_rfc3261_8_2_6_2_the_to_tag_is_added_once_and_not_to_trying(to: str, status: int, expected: str) -> None:
    response = sip_exchange.respond(request_with(("To", to)), status, "x", to_tag="new")
    assert response.first("To") == expected


@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
def test_a_request_without_a_field_to_copy_cannot_be_answered(name: str) -> None:
    headers = tuple(each for each in OPTIONS.headers if each[0] != name)
    with pytest.raises(WireError, match=f"has no {name}"):
        sip_exchange.respond(msgspec.structs.replace(OPTIONS, headers=headers), 200, "OK", to_tag="t")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends within its header"),
        (b"\r\n\r\n", "ends within its header"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not SIP: begins with 'HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not SIP: begins with 'SSH"),
        (b"\x16\x03\x01\x02\x00\r\n", "not SIP"),
        (b"SIP/2.0 99 Low\r\n\r\n", "not SIP"),
        (b"SIP/2.0 700 High\r\n\r\n", "not SIP"),
        (b"SIP/2.0 200 OK\r\n", "ends within its header"),
        (b"SIP/2.0 200 OK\r\nVia: x\r\n", "ends within its header"),
        (b"SIP/2.0 200 OK\r\n folded\r\n\r\n", "continues no header field"),
        (b"SIP/2.0 200 OK\r\nno colon\r\n\r\n", "not a header field"),
        (b"SIP/2.0 200 OK\r\n: nameless\r\n\r\n", "not a header field"),
        (b"SIP/2.0 200 OK\r\nTo: a\rb\r\n\r\n", "control character"),
        (b"SIP/2.0 200 OK\r\nTo: a\0b\r\n\r\n", "control character"),
        (b"SIP/2.0 200 OK\r\nContent-Length: -1\r\n\r\n", "is not one number"),
        (b"SIP/2.0 200 OK\r\nContent-Length: 1" + b"0" * 5000 + b"\r\n\r\n", "is not one number"),
        (b"SIP/2.0 200 OK\r\nContent-Length: 1\r\nl: 2\r\n\r\nab", "is not one number"),
        (b"SIP/2.0 200 OK\r\nContent-Length: 4\r\n\r\nabc", "announces 4 bytes, 3 are there"),
        (b"SIP/2.0 200 OK\r\nTo: " + b"x" * 9000 + b"\r\n\r\n", "more than 8192 bytes"),
        (b"SIP/2.0 200 OK\r\n" + b"X: y\r\n" * 129 + b"\r\n", "more than 128 header lines"),
        (b"SIP/2.0 200 OK\r\nX: y\r\n" + b" \r\n" * 128 + b"\r\n", "more than 128 header lines"),
    ],
)
def test_malformed_messages_say_what_is_wrong(data: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason) as caught:
        sip.parse(data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "message",
    [
        Request(method="OPTIONS", uri="sip:a b"),
        Request(method="OP TIONS", uri="sip:a"),
        Request(method="OPTIONS", uri="sip:a\r\nX:"),
        Response(status=99),
        Response(status=200, reason="OK\r\nX: y"),
        Response(status=200, headers=(("To", "a\r\nX: y"),)),
        Response(status=200, headers=(("To", " a"),)),
        Response(status=200, headers=(("To:", "a"),)),
        Response(status=200, headers=(("", "a"),)),
    ],
)
def test_what_would_read_differently_is_not_written(message: Message) -> None:
    with pytest.raises(WireError):
        bytes(message)


names = st.text("ABCdefgh-.!%*_+`'~019", min_size=1, max_size=12).filter(lambda n: sip.canonical(n) != "content-length")
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=30)
values = texts.map(lambda text: text.strip(" \t"))
headers = st.lists(st.tuples(names, values), max_size=6).map(tuple)
bodies = st.binary(max_size=50)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Request, method=names, uri=texts.map(lambda t: "sip:" + "".join(t.split())), headers=headers, body=bodies
    ),
    st.builds(Response, status=st.integers(100, 699), reason=texts, headers=headers, body=bodies),
)


def with_length(message: Message) -> Message:
    length = ("Content-Length", str(len(message.body)))
    return msgspec.structs.replace(message, headers=(*message.headers, length))


@given(messages)
def test_parse_reads_what_bytes_wrote(message: Message) -> None:
    assert sip.parse(bytes(message)) == message


@given(messages, st.binary(max_size=5))
def test_bytes_after_content_length_are_dropped(message: Message, extra: bytes) -> None:
    message = with_length(message)
    assert sip.parse(bytes(message) + extra) == message


def assert_total(data: bytes) -> None:
    try:
        message = sip.parse(data)
    except WireError:
        return
    assert sip.parse(bytes(message)) == message
    sip_exchange.via_parameters(message)
    if isinstance(message, Response):
        sip_exchange.answers(message, OPTIONS)


@given(st.binary(max_size=200))
def test_parse_is_total_on_any_bytes(data: bytes) -> None:
    assert_total(data)
    assert_total(b"SIP/2.0 200 OK\r\n" + data)
    assert_total(b"SIP/2.0 200 OK\r\nVia: " + data + b"\r\n\r\n")


@given(st.sampled_from([RESPONSE, bytes(OPTIONS)]), st.data())
def test_parse_is_total_on_mutated_messages(valid: bytes, data: st.DataObject) -> None:
    mutated = bytearray(valid)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    assert_total(bytes(mutated))
    assert_total(bytes(mutated[: data.draw(st.integers(0, len(mutated)))]))


@given(texts, texts, st.sampled_from(["192.0.2.1", "2001:db8::1"]))
def test_any_via_can_be_answered(via: str, to: str, host: str) -> None:
    request = request_with(("Via", via.strip(" \t")), ("To", to.strip(" \t")))
    response = sip_exchange.respond(request, 200, "OK", to_tag="t", source=(host, 1))
    assert sip.parse(bytes(response)) == response
