"""SIP over a stream: any cut, keepalives, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire.error import WireError
from probe.wire.sip import Message, Request, Response
from probe.wire.sip_reader import PING, PONG, Ping, Pong, Reader

OK = Response(
    status=200, reason="OK", headers=(("Via", "SIP/2.0/TLS a;branch=z9hG4bK1"), ("Content-Length", "3")), body=b"\r\n\r"
)
RINGING = Response(status=180, reason="Ringing", headers=(("Content-Length", "0"),))
ASK = Request(method="OPTIONS", uri="sip:a", headers=(("l", "0"),))
START = b"SIP/2.0 200 OK\r\n"


def test_messages_come_out_one_after_another() -> None:
    reader = Reader()
    assert reader.receive(bytes(OK) + bytes(RINGING) + bytes(ASK)) == [OK, RINGING, ASK]
    reader.finish()


@given(st.lists(st.sampled_from([OK, RINGING, ASK]), max_size=4), st.lists(st.integers(1, 40), max_size=30))
def test_the_cut_of_the_stream_does_not_matter(messages: list[Message], sizes: list[int]) -> None:
    stream = b"".join(map(bytes, messages))
    reader, found, offset = Reader(), [], 0
    for size in [*sizes, len(stream)]:
        found += reader.receive(stream[offset : offset + size])
        offset += size
    assert found == messages
    reader.finish()


def test_without_content_length_there_is_no_body() -> None:
    assert Reader().receive(START + b"\r\n" + bytes(RINGING)) == [Response(status=200, reason="OK"), RINGING]


def test_bare_line_feeds_are_tolerated() -> None:
    assert Reader().receive(b"\nSIP/2.0 200 OK\nl: 1\n\nx") == [
        Response(status=200, reason="OK", headers=(("l", "1"),), body=b"x")
    ]


def test_rfc5626_4_4_1_a_server_sends_pongs() -> None:
    reader = Reader(peer="server")
    assert reader.receive(PONG) == [Pong()]
    assert reader.receive(b"\r") == []
    assert reader.receive(b"\n" + bytes(OK) + PONG) == [Pong(), OK, Pong()]
    reader.finish()


def test_rfc5626_4_4_1_a_client_sends_pings_and_rfc3261_7_5_stray_line_ends_are_ignored() -> None:
    reader = Reader(peer="client")
    assert reader.receive(PING[:2]) == []
    assert reader.receive(PING[2:]) == [Ping()]
    assert reader.receive(b"\r\n" + bytes(ASK) + b"\r\n") == [ASK]
    assert reader.receive(b"\r\n") == [Ping()]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "not SIP: begins with 'HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not SIP"),
        (b"\x15\x03\x03\x00\x02\x02\n", "not SIP"),
        (START + b"X: y\r\n" * 11, "more than 10 header lines"),
        (START + b"X: y\r\n" + b" z\r\n" * 10, "more than 10 header lines"),
        (START + b"X: " + b"y" * 100, "more than 80 bytes"),
        (START + b"X: " + b"y" * 70 + b"\r\n " + b"z" * 20 + b"\r\n", "more than 80 bytes"),
        (b"x" * 100, "more than 80 bytes"),
        (START + b"Content-Length: 21\r\n\r\n", "more than the limit of 20 bytes"),
        (START + b"Content-Length: 99999999999999999999\r\n\r\n", "is not one number"),
    ],
)
def test_a_fault_is_final(data: bytes, reason: str) -> None:
    reader = Reader(limit_headers=10, limit_line=80, limit_body=20)
    with pytest.raises(WireError, match=reason):
        reader.receive(data)
    with pytest.raises(WireError, match=reason):
        reader.receive(bytes(RINGING))
    with pytest.raises(WireError, match=reason):
        reader.finish()


def test_a_dripping_header_bomb_is_stopped_at_the_limit() -> None:
    reader = Reader()
    reader.receive(START)
    for _ in range(128):
        assert reader.receive(b"X-Bomb: " + b"b" * 100 + b"\r\n") == []
    with pytest.raises(WireError, match="more than 128 header lines"):
        reader.receive(b"X-Bomb: last\r\n")


def test_a_long_line_that_drips_costs_linear_time() -> None:
    reader = Reader(limit_line=300_000)
    reader.receive(START + b"X: ")
    for _ in range(200_000):
        reader.receive(b"y")
    assert reader.receive(b"\r\n\r\n") == [Response(status=200, reason="OK", headers=(("X", "y" * 200_000),))]


def test_messages_before_a_fault_are_not_lost() -> None:
    reader = Reader()
    assert reader.receive(bytes(OK) + b"garbage\r\n") == [OK]
    with pytest.raises(WireError, match="not SIP"):
        reader.receive(b"")


@pytest.mark.parametrize("part", [b"SIP", START, START + b"\r", bytes(OK)[:-1]])
def test_a_stream_that_ends_within_a_message_is_malformed(part: bytes) -> None:
    reader = Reader()
    assert reader.receive(part) == []
    with pytest.raises(WireError, match="ended within a message"):
        reader.finish()


@given(
    st.lists(
        st.one_of(st.binary(max_size=30), st.sampled_from([START, b"\r\n", bytes(OK), b"l: 5\r\n", b" "])), max_size=20
    )
)
def test_receive_is_total(chunks: list[bytes]) -> None:
    reader = Reader(limit_headers=5, limit_line=40, limit_body=10)
    for chunk in chunks:
        try:
            for each in reader.receive(chunk):
                assert isinstance(each, Request | Response | Pong)
        except WireError:
            break
