"""SIP messages, RFC 3261 §7.

    OPTIONS sip:example.com SIP/2.0 CRLF        or      SIP/2.0 200 OK CRLF
    Via: SIP/2.0/TLS host:port;branch=... CRLF
    more header fields, a long one folded: CRLF and a space count as a space
    CRLF
    body, Content-Length bytes

Header fields stay as they were written (an application layer gateway shows in the bytes); looking one up ignores case
and knows the compact forms.
"""

from __future__ import annotations

import re

import msgspec

from .error import WireError

VERSION = "SIP/2.0"
LIMIT_HEADERS = 128
"""Lines of a head, folded ones counted each."""
LIMIT_LINE = 8192
"""Bytes of a header field, unfolded."""
COMPACT = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from",
    "i": "call-id", "k": "supported", "l": "content-length", "m": "contact", "o": "event", "r": "refer-to",
    "s": "subject", "t": "to", "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip
"""§7.3.3 and the registry of header fields."""

_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_STATUS = re.compile(r"(?i:SIP/2\.0) +([1-6][0-9]{2})(?: (.*))?")
_REQUEST = re.compile(r"([A-Za-z0-9\-.!%*_+`'~]+) (\S+) (?i:SIP/2\.0)")
_BREAKS = re.compile(r"[\r\n\0]")

Header = tuple[str, str]
"""Name and value, the value without white space around it and unfolded."""


class _Fields(msgspec.Struct, frozen=True, kw_only=True):
    """What requests and responses share. `bytes()` writes the header fields as given, Content-Length included."""

    headers: tuple[Header, ...] = ()
    body: bytes = b""

    @property
    def start_line(self) -> str:
        raise NotImplementedError

    def all(self, name: str) -> tuple[str, ...]:
        """Values of every header field of that name, in order."""
        wanted = canonical(name)
        return tuple(value for each, value in self.headers if canonical(each) == wanted)

    def first(self, name: str) -> str | None:
        """Value of the first header field of that name."""
        return next(iter(self.all(name)), None)

    @property
    def content_length(self) -> int | None:
        """None if not said. Raises WireError if said twice differently, or not as a number below 10^9."""
        values = set(self.all("Content-Length"))
        if not values:
            return None
        text = values.pop()
        if values or not re.fullmatch(r"[0-9]{1,9}", text):
            raise WireError(f"Content-Length {clip(text)} is not one number")
        return int(text)

    def __bytes__(self) -> bytes:
        lines = [self.start_line]
        for name, value in self.headers:
            if not _TOKEN.fullmatch(name) or value != value.strip(" \t"):
                raise WireError(f"{clip(name)} with value {clip(value)} is not a header field")
            lines.append(f"{name}: {value}")
        if not _STATUS.fullmatch(lines[0]) and not _REQUEST.fullmatch(lines[0]):
            raise WireError(f"{clip(lines[0])} is not a start line")
        if any(_BREAKS.search(line) for line in lines):
            raise WireError("a line of a SIP message cannot contain a line break or a zero")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Request(_Fields, frozen=True, kw_only=True):
    """§7.1."""

    method: str
    uri: str

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} {VERSION}"


class Response(_Fields, frozen=True, kw_only=True):
    """§7.2."""

    status: int
    reason: str = ""

    @property
    def start_line(self) -> str:
        return f"{VERSION} {self.status:03} {self.reason}"


Message = Request | Response


class Head:
    """Collects the lines above a body, one at a time, within bounds."""

    def __init__(self, *, limit_headers: int = LIMIT_HEADERS, limit_line: int = LIMIT_LINE) -> None:
        self._limit_headers, self._limit_line = limit_headers, limit_line
        self._lines: list[bytes] = []
        self._count = 0
        self._start: Message

    def add(self, line: bytes) -> bool:
        """Takes a line without its end; True if it was the blank one that ends the head. Raises WireError."""
        line = line.removesuffix(b"\r")
        if not line and self._lines:
            return True
        if not self._lines:
            self._start = _start_line(line.decode(errors="replace"))
        if b"\r" in line or b"\0" in line:
            raise WireError(f"control character within the line {clip(line)}")
        if line[:1] in {b" ", b"\t"}:
            if len(self._lines) < 2:
                raise WireError("a folded line continues no header field")
            line = self._lines.pop() + b" " + line.strip(b" \t")
        if len(line) > self._limit_line:
            raise WireError(f"a line has more than {self._limit_line} bytes: {clip(line)}")
        self._count += 1
        if self._count > self._limit_headers + 1:
            raise WireError(f"more than {self._limit_headers} header lines")
        self._lines.append(line)
        return False

    def message(self) -> Message:
        """The message of these lines, its body still missing. Raises WireError."""
        headers = tuple(_header(line.decode(errors="replace")) for line in self._lines[1:])
        return msgspec.structs.replace(self._start, headers=headers)


def parse(datagram: bytes) -> Message:
    """The message in one datagram. Its body is Content-Length bytes, else the rest (§18.3). Raises WireError."""
    data = bytes(datagram).lstrip(b"\r\n")
    head, offset = Head(), 0
    while True:
        line, newline, _ = data[offset : offset + LIMIT_LINE + 2].partition(b"\n")
        if not newline and offset + len(line) == len(data):
            raise WireError(f"the message ends within its header, after {len(data)} bytes")
        offset += len(line) + len(newline)
        if head.add(line):
            break
    message = head.message()
    length = message.content_length
    if length is not None and length > len(data) - offset:
        raise WireError(f"Content-Length announces {length} bytes, {len(data) - offset} are there")
    return with_body(message, data[offset:] if length is None else data[offset : offset + length])


def with_body(message: Message, body: bytes) -> Message:
    """The same message with that body."""
    return msgspec.structs.replace(message, body=body)


def canonical(name: str) -> str:
    """Lower case and in full."""
    lowered = name.lower()
    return COMPACT.get(lowered, lowered)


def clip(text: str | bytes) -> str:
    """A piece for an error message: short, on one line."""
    return repr(text[:60]) + ("…" if len(text) > 60 else "")


def _start_line(line: str) -> Message:
    if status := _STATUS.fullmatch(line):
        return Response(status=int(status[1]), reason=status[2] or "")
    if request := _REQUEST.fullmatch(line):
        return Request(method=request[1], uri=request[2])
    raise WireError(f"not SIP: begins with {clip(line)}")


def _header(line: str) -> Header:
    name, colon, value = line.partition(":")
    name = name.rstrip(" \t")
    if not colon or not _TOKEN.fullmatch(name):
        raise WireError(f"not a header field: {clip(line)}")
    return name, value.strip(" \t")
