"""SIP over a stream: RFC 3261 §7.5 and §18.3, with the keepalives of RFC 5626 §3.5.1 and §4.4.1.

State                    next bytes
between messages         CRLF: keepalive; anything else: a start line
in the head              lines up to a blank one
in the body              Content-Length bytes (none if not said)
failed                   no way to find the next message: every further call raises
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .error import WireError
from .sip import LIMIT_HEADERS, LIMIT_LINE, Head, Message, clip, with_body

PING = b"\r\n\r\n"
PONG = b"\r\n"


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """A client asks whether the flow lives; to be answered with PONG."""


class Pong(msgspec.Struct, frozen=True, kw_only=True):
    """The server's answer to PING."""


class Reader:
    """Messages out of a stream, however it is cut.

    `peer` is who is at the other end: a server sends pongs (one CRLF), a client pings (two). Limits are bytes, for
    `limit_headers` lines: a peer can make a reader hold limit_headers * limit_line + limit_body bytes at most.
    """

    def __init__(
        self,
        *,
        peer: Literal["server", "client"] = "server",
        limit_headers: int = LIMIT_HEADERS,
        limit_line: int = LIMIT_LINE,
        limit_body: int = 65536,
    ) -> None:
        self._peer = peer
        self._limit_headers, self._limit_line, self._limit_body = limit_headers, limit_line, limit_body
        self._buffer = bytearray()
        self._searched = 0
        self._blank_lines = 0
        self._head: Head | None = None
        self._bodiless: Message | None = None
        self._body_bytes = 0
        self._error: WireError | None = None

    def receive(self, data: bytes) -> list[Message | Ping | Pong]:
        """What became complete with `data`. Raises WireError; if messages came before the fault, at the next call."""
        self._buffer += data
        found: list[Message | Ping | Pong] = []
        try:
            if self._error is not None:
                raise self._error
            while self._advance(found):
                pass
        except WireError as error:
            self._error = error
            self._buffer.clear()
            if not found:
                raise
        return found

    def finish(self) -> None:
        """The stream ended. Raises WireError if it did so within a message, or was already broken."""
        if self._error is not None:
            raise self._error
        if self._buffer or self._head is not None or self._bodiless is not None:
            raise WireError("the stream ended within a message")

    def _advance(self, found: list[Message | Ping | Pong]) -> bool:
        """Takes one line or one body; False if there is none yet."""
        if self._bodiless is not None:
            if len(self._buffer) < self._body_bytes:
                return False
            found.append(with_body(self._bodiless, bytes(self._buffer[: self._body_bytes])))
            del self._buffer[: self._body_bytes]
            self._bodiless = None
            return True
        line = self._line()
        if line is None:
            return False
        if self._head is None and line in {b"", b"\r"}:
            found += self._keepalive(line)
            return True
        self._blank_lines = 0
        self._head = self._head or Head(limit_headers=self._limit_headers, limit_line=self._limit_line)
        if self._head.add(line):
            self._bodiless, self._head = self._head.message(), None
            self._body_bytes = self._bodiless.content_length or 0
            if self._body_bytes > self._limit_body:
                raise WireError(f"Content-Length {self._body_bytes} is more than the limit of {self._limit_body} bytes")
        return True

    def _line(self) -> bytes | None:
        # What was searched without success is not searched again: a peer that drips bytes costs linear time.
        end = self._buffer.find(b"\n", self._searched)
        if (len(self._buffer) if end < 0 else end) > self._limit_line + 1:
            raise WireError(f"a line has more than {self._limit_line} bytes: {clip(bytes(self._buffer[:60]))}…")
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line

    def _keepalive(self, line: bytes) -> list[Ping | Pong]:
        if line != b"\r":
            return []
        if self._peer == "server":
            return [Pong()]
        self._blank_lines += 1
        if self._blank_lines < 2:
            return []
        self._blank_lines = 0
        return [Ping()]
