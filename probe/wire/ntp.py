"""NTP client and server packets: RFC 5905 §7.3 and §8, on ntplib's packet type.

      0                   1                   2                   3
      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
     +---+-----+-----+---------------+---------------+---------------+
     |LI | VN  |mode |    stratum    |     poll      |   precision   |
     +---+-----+-----+---------------+---------------+---------------+
     |                 root delay, 16.16 bits, seconds               |
     |              root dispersion, 16.16 bits, seconds             |
     |                         reference id                          |
     +---------------------------------------------------------------+
     |      reference timestamp, 32.32 bits, seconds since 1900      |
     |  origin timestamp (T1: the client's transmit timestamp again) |
     |                    receive timestamp (T2)                     |
     |                    transmit timestamp (T3)                    |
     +---------------------------------------------------------------+

ntplib's packet holds timestamps as floats of one era: here they go in as fractions, so that all 64 bits survive, and
come out of the bytes, so that the rollover of 2036 does not show (§6). Times are seconds since the Unix epoch.
"""

from __future__ import annotations

import ipaddress
import math
from fractions import Fraction
from typing import Any

import msgspec
import ntplib

from .error import Mismatch, WireError

VERSION = 4
CLIENT, SERVER = 3, 4
PACKET_BYTES = 48
UNSYNCHRONISED = 3
_ERA = 2**32
_UNIX_EPOCH: int = ntplib.NTP.NTP_DELTA
_ORIGIN, _RECEIVE, _TRANSMIT = slice(24, 32), slice(32, 40), slice(40, 48)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A server's answer, with our own two times. Whether to believe it: `unusable_because`."""

    version: int
    mode: int
    leap: int
    """0 none, 1 and 2 a leap second is due, 3 the server's clock is not synchronised."""
    stratum: int
    reference_id: str
    """Stratum 0 kiss code and stratum 1 source as text, else the upstream server as an IPv4 address (or a hash)."""
    root_delay: float
    root_dispersion: float
    origin_time: float
    """T1, when we sent."""
    receive_time: float | None
    """T2; None if the server left it empty."""
    transmit_time: float | None
    """T3; None if the server left it empty."""
    destination_time: float
    """T4, when the answer came."""

    @property
    def kiss_code(self) -> str | None:
        """§7.4: `RATE`, `DENY`, `RSTR` … of a kiss-o'-death packet."""
        return self.reference_id if self.stratum == 0 else None

    @property
    def offset(self) -> float | None:
        """Seconds by which the server is ahead of us: ((T2 - T1) + (T3 - T4)) / 2 (§8)."""
        if self.receive_time is None or self.transmit_time is None:
            return None
        return ((self.receive_time - self.origin_time) + (self.transmit_time - self.destination_time)) / 2

    @property
    def delay(self) -> float | None:
        """Round trip in seconds without the server's own time: (T4 - T1) - (T3 - T2) (§8). Not cut off at zero."""
        if self.receive_time is None or self.transmit_time is None:
            return None
        return (self.destination_time - self.origin_time) - (self.transmit_time - self.receive_time)

    @property
    def unusable_because(self) -> str | None:
        """Why no time can be taken from this answer; None if it can."""
        if self.mode != SERVER:
            return f"mode {self.mode} is not a server's"
        if self.stratum == 0:
            return f"kiss-o'-death {self.reference_id}"
        if self.leap == UNSYNCHRONISED:
            return "the server's clock is not synchronised (leap indicator 3)"
        if self.stratum > 15:
            return f"the server's clock is not synchronised (stratum {self.stratum})"
        if self.offset is None:
            return "the server left its timestamps empty"
        return None

    @property
    def usable(self) -> bool:
        return self.unusable_because is None


def request(transmit_time: float) -> bytes:
    """A client's request, version 4. Raises WireError if the time is not finite."""
    return _pack(version=VERSION, mode=CLIENT, tx_timestamp=_to_ntp(transmit_time))


def parse_reply(data: bytes, *, transmit_time: float, destination_time: float) -> Reply:
    """The answer to `request(transmit_time)`, which came at `destination_time`; extensions after 48 bytes are ignored.

    Raises WireError if it is no NTP packet, Mismatch if it does not echo our transmit timestamp bit by bit (§8).
    """
    packet = _unpack(data)
    if packet.mode == CLIENT:
        raise Mismatch("a client's request is not an answer")
    echoed, ours = data[_ORIGIN], request(transmit_time)[_TRANSMIT]
    if echoed != ours:
        raise Mismatch(f"origin timestamp {echoed.hex()} is not the {ours.hex()} that we sent")
    return Reply(
        version=packet.version,
        mode=packet.mode,
        leap=packet.leap,
        stratum=packet.stratum,
        reference_id=_reference_text(packet.ref_id, packet.stratum),
        root_delay=packet.root_delay,
        root_dispersion=packet.root_dispersion,
        origin_time=transmit_time,
        receive_time=_to_unix(data[_RECEIVE], destination_time),
        transmit_time=_to_unix(data[_TRANSMIT], destination_time),
        destination_time=destination_time,
    )


def reply(
    data: bytes,
    *,
    receive_time: float,
    transmit_time: float,
    stratum: int = 1,
    reference_id: str = "LOCL",
    leap: int = 0,
    root_delay: float = 0.0,
    root_dispersion: float = 0.0,
) -> bytes:
    """A server's answer to the request in `data`; `reference_id` is up to four ASCII characters or an IPv4 address.

    Raises WireError if `data` is no client's request, or if a value does not fit.
    """
    asked = _unpack(data)
    if asked.mode != CLIENT:
        raise WireError(f"mode {asked.mode} is not a client's request")
    return _pack(
        version=asked.version,
        mode=SERVER,
        leap=leap,
        stratum=stratum,
        poll=asked.poll,
        precision=-20,
        root_delay=root_delay,
        root_dispersion=root_dispersion,
        ref_id=_reference_number(reference_id),
        ref_timestamp=_to_ntp(receive_time),
        orig_timestamp=Fraction(int.from_bytes(data[_TRANSMIT], "big"), _ERA),
        recv_timestamp=_to_ntp(receive_time),
        tx_timestamp=_to_ntp(transmit_time),
    )


def _pack(**fields: int | float | Fraction) -> bytes:
    packet = ntplib.NTPPacket()
    for name, value in fields.items():
        setattr(packet, name, value)
    try:
        return bytes(packet.to_data())
    except (ntplib.NTPException, ValueError, OverflowError) as error:
        raise WireError(f"a field does not fit into an NTP packet: {fields}") from error


def _unpack(data: bytes) -> Any:
    if len(data) < PACKET_BYTES:
        raise WireError(f"{len(data)} bytes is shorter than an NTP packet")
    packet = ntplib.NTPPacket()
    packet.from_data(bytes(data))
    if packet.version == 0:
        raise WireError("not NTP: version 0")
    return packet


def _to_ntp(unix: float) -> Fraction:
    """Seconds since 1900 within their era, exactly: a float's 53 bits fit into the format's 64."""
    if not math.isfinite(unix):
        raise WireError(f"{unix} is not a time")
    return (Fraction(unix) + _UNIX_EPOCH) % _ERA


def _to_unix(timestamp: bytes, near: float) -> float | None:
    """The one of all eras' times with these 64 bits that lies within 68 years of `near`; None for zero: not set."""
    number = int.from_bytes(timestamp, "big")
    if number == 0:
        return None
    ahead = (Fraction(number, _ERA) - _to_ntp(near)) % _ERA
    return float(Fraction(near) + (ahead if ahead < _ERA // 2 else ahead - _ERA))


def _reference_text(number: int, stratum: int) -> str:
    packed = number.to_bytes(4, "big")
    if stratum > 1:
        return str(ipaddress.IPv4Address(packed))
    text = packed.rstrip(b"\0")
    return text.decode() if text.isascii() and text.decode().isprintable() else f"0x{packed.hex()}"


def _reference_number(text: str) -> int:
    try:
        return int(ipaddress.IPv4Address(text))
    except ValueError:
        if not text.isascii() or len(text) > 4:
            raise WireError(f"reference id {text!r} is neither four ASCII characters nor an IPv4 address") from None
        return int.from_bytes(text.encode().ljust(4, b"\0"), "big")
