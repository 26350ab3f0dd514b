"""NTP exchange: RFC 5905 §8 arithmetic, the exact echo, the era of 2036, hostile bytes."""

from __future__ import annotations

import struct
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probe.wire import ntp
from probe.wire.error import Mismatch, WireError

NOW = 1_792_000_000.123456
ERA_1 = 2_085_978_496.0
"""2036-02-07 06:28:16 UTC: the first second of NTP era 1 (RFC 5905 figure 4)."""

times = st.floats(0, 4e9)


def exchange(t1: float, t2: float, t3: float, t4: float, **fields: object) -> ntp.Reply:
    answer = ntp.reply(ntp.request(t1), receive_time=t2, transmit_time=t3, **fields)  # type: ignore[arg-type]
    return ntp.parse_reply(answer, transmit_time=t1, destination_time=t4)


def test_rfc5905_7_3_a_request_is_48_bytes_version_4_mode_3() -> None:
    data = ntp.request(0.5)
    assert len(data) == 48
    assert data[0] == 0b00_100_011
    assert data[40:] == struct.pack("!II", 2_208_988_800, 1 << 31)
    assert not any(data[1:40])


def test_rfc5905_8_offset_and_delay() -> None:
    # The server is 100 s ahead; 0.25 s there, 0.5 s in the server, 0.75 s back.
    reply = exchange(1000.0, 1100.25, 1100.75, 1001.5)
    assert reply.offset == 99.75
    assert reply.delay == 1.0
    assert reply.usable


def test_a_whole_reply_is_read() -> None:
    reply = exchange(
        NOW, NOW, NOW, NOW, stratum=2, reference_id="192.0.2.7", leap=1, root_delay=0.5, root_dispersion=2.25
    )
    assert (reply.version, reply.mode, reply.leap, reply.stratum) == (4, 4, 1, 2)
    assert (reply.reference_id, reply.root_delay, reply.root_dispersion) == ("192.0.2.7", 0.5, 2.25)
    assert (reply.kiss_code, reply.unusable_because) == (None, None)


@pytest.mark.parametrize("stratum", [1, 2, 15])
def test_rfc5905_7_3_synchronised_strata_are_usable(stratum: int) -> None:
    assert exchange(NOW, NOW, NOW, NOW, stratum=stratum).usable


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"stratum": 0, "reference_id": "RATE"}, "kiss-o'-death RATE"),
        ({"stratum": 0, "reference_id": "DENY", "leap": 3}, "kiss-o'-death DENY"),
        ({"stratum": 16}, "stratum 16"),
        ({"stratum": 255}, "stratum 255"),
        ({"leap": 3}, "leap indicator 3"),
    ],
)
def test_rfc5905_7_4_and_7_3_what_cannot_be_used(fields: dict[str, object], reason: str) -> None:
    reply = exchange(NOW, NOW, NOW, NOW, **fields)
    assert not reply.usable
    assert reason in (reply.unusable_because or "")


@pytest.mark.parametrize("mode", [0, 1, 2, 5, 6, 7])
def test_other_modes_are_not_usable(mode: int) -> None:
    answer = bytearray(ntp.reply(ntp.request(NOW), receive_time=NOW, transmit_time=NOW))
    answer[0] = answer[0] & ~7 | mode
    reply = ntp.parse_reply(bytes(answer), transmit_time=NOW, destination_time=NOW)
    assert reply.unusable_because == f"mode {mode} is not a server's"


@pytest.mark.parametrize("empty", [slice(32, 40), slice(40, 48)])
def test_empty_timestamps_give_no_offset(empty: slice) -> None:
    answer = bytearray(ntp.reply(ntp.request(NOW), receive_time=NOW, transmit_time=NOW))
    answer[empty] = bytes(8)
    reply = ntp.parse_reply(bytes(answer), transmit_time=NOW, destination_time=NOW)
    assert (reply.offset, reply.delay, reply.usable) == (None, None, False)


@pytest.mark.parametrize(
    ("stratum", "reference_id", "text"),
    [
        (1, "GPS", "GPS"),
        (0, "XYZ1", "XYZ1"),
        (1, "\x01\x02", "0x01020000"),
        (1, "192.0.2.1", "0xc0000201"),
        (1, "", ""),
    ],
)
def test_reference_ids_as_text(stratum: int, reference_id: str, text: str) -> None:
    assert exchange(NOW, NOW, NOW, NOW, stratum=stratum, reference_id=reference_id).reference_id == text


@given(times, st.integers(0, 63))
def test_one_wrong_bit_in_the_origin_is_a_mismatch(sent: float, bit: int) -> None:
    answer = bytearray(ntp.reply(ntp.request(sent), receive_time=sent, transmit_time=sent))
    answer[24 + bit // 8] ^= 1 << bit % 8
    with pytest.raises(Mismatch, match="origin timestamp"):
        ntp.parse_reply(bytes(answer), transmit_time=sent, destination_time=sent)


def test_our_own_request_reflected_is_a_mismatch() -> None:
    with pytest.raises(Mismatch):
        ntp.parse_reply(ntp.request(NOW), transmit_time=NOW, destination_time=NOW)


@given(times, times)
@example(ERA_1 - 0.5, ERA_1 + 0.5)
@example(ERA_1 + 10, ERA_1 - 10)
def test_times_survive_the_exchange_in_any_era(ours: float, server: float) -> None:
    reply = exchange(ours, server, server, ours)
    if abs(server - ours) < 2**31 - 1 and reply.receive_time is not None:
        assert reply.receive_time == pytest.approx(server, abs=1e-6)
        assert reply.offset == pytest.approx(server - ours, abs=1e-6)
    assert reply.origin_time == ours


def test_the_rollover_does_not_show() -> None:
    assert ntp.request(ERA_1 - 1)[40:44] == b"\xff\xff\xff\xff"
    assert ntp.request(ERA_1 + 1)[40:44] == b"\x00\x00\x00\x01"
    reply = exchange(ERA_1 - 0.5, ERA_1 + 0.25, ERA_1 + 0.25, ERA_1 - 0.25)
    assert (reply.offset, reply.delay) == (0.625, 0.25)


def test_a_clock_that_restarted_in_1970_still_sees_today() -> None:
    assert exchange(0.5, NOW, NOW, 0.75).offset == pytest.approx(NOW - 0.625, abs=1e-6)


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "0 bytes is shorter"), (bytes(47), "47 bytes is shorter"), (bytes(48), "version 0")]
)
def test_what_is_no_packet(data: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        ntp.parse_reply(data, transmit_time=NOW, destination_time=NOW)
    with pytest.raises(WireError, match=reason):
        ntp.reply(data, receive_time=NOW, transmit_time=NOW)


def test_a_server_answers_only_requests() -> None:
    answer = ntp.reply(ntp.request(NOW), receive_time=NOW, transmit_time=NOW)
    with pytest.raises(WireError, match="mode 4"):
        ntp.reply(answer, receive_time=NOW, transmit_time=NOW)


@pytest.mark.parametrize(
    "fields", [{"stratum": 256}, {"leap": 4}, {"root_delay": -1.0}, {"root_delay": 70000.0}, {"reference_id": "LONGER"}]
)
def test_what_does_not_fit_is_not_written(fields: dict[str, object]) -> None:
    with pytest.raises(WireError):
        exchange(NOW, NOW, NOW, NOW, **fields)


@pytest.mark.parametrize("time", [float("nan"), float("inf")])
def test_what_is_no_time_is_not_written(time: float) -> None:
    with pytest.raises(WireError):
        ntp.request(time)


@given(times, st.binary(min_size=24, max_size=24), st.binary(min_size=16, max_size=90))
def test_any_packet_with_the_right_echo_is_read(sent: float, head: bytes, tail: bytes) -> None:
    data = head + ntp.request(sent)[40:] + tail
    try:
        reply = ntp.parse_reply(data, transmit_time=sent, destination_time=sent)
    except WireError:
        assert head[0] >> 3 & 7 == 0 or head[0] & 7 == 3
        return
    assert reply.usable == (reply.unusable_because is None)
    assert reply.offset is None or abs(reply.offset) <= 2**31
    assert reply.reference_id.isprintable()


@given(st.binary(max_size=100))
def test_parse_is_total_on_any_bytes(data: bytes) -> None:
    with pytest.raises(WireError):
        ntp.parse_reply(data, transmit_time=NOW, destination_time=NOW)


def test_ntplib_is_imported_without_a_warning() -> None:
    command = [sys.executable, "-W", "error", "-c", "import probe.wire.ntp"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stderr == ""
