"""DNS over a stream: RFC 7766 framing, any cut, lengths that are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire.dns_stream import Reader, frame
from probe.wire.error import WireError

MESSAGE = bytes(range(12))


def test_rfc1035_4_2_2_length_goes_first() -> None:
    assert frame(MESSAGE) == b"\x00\x0c" + MESSAGE


@given(st.lists(st.binary(min_size=12, max_size=40), max_size=4), st.lists(st.integers(1, 20), max_size=20))
def test_the_cut_of_the_stream_does_not_matter(messages: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(map(frame, messages))
    reader, found, offset = Reader(), [], 0
    for size in [*sizes, len(stream)]:
        found += reader.receive(stream[offset : offset + size])
        offset += size
    assert found == messages
    reader.finish()


@pytest.mark.parametrize("size", [0, 11, 101, 65535])
def test_an_impossible_length_is_final(size: int) -> None:
    reader = Reader(limit=100)
    assert reader.receive(frame(MESSAGE) + size.to_bytes(2, "big") + b"rest") == [MESSAGE]
    for _ in range(2):
        with pytest.raises(WireError, match=f"{size} bytes is announced"):
            reader.receive(frame(MESSAGE))


@pytest.mark.parametrize("part", [b"\0", b"\0\x0c", frame(MESSAGE)[:-1]])
def test_a_stream_that_ends_within_a_message_is_malformed(part: bytes) -> None:
    reader = Reader()
    assert reader.receive(part) == []
    with pytest.raises(WireError, match="ended"):
        reader.finish()


def test_what_does_not_fit_is_not_framed() -> None:
    assert len(frame(bytes(65535))) == 65537
    with pytest.raises(WireError):
        frame(bytes(65536))
