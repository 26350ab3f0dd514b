"""DNS messages over a stream: each behind its length in two bytes, RFC 1035 §4.2.2 and RFC 7766 §8."""

from __future__ import annotations

from .dns import HEADER_BYTES, LIMIT_BYTES
from .error import WireError


def frame(message: bytes) -> bytes:
    """`message` behind its length. Raises WireError above 65535 bytes."""
    if len(message) > 0xFFFF:
        raise WireError(f"a DNS message of {len(message)} bytes does not fit behind a 16-bit length")
    return len(message).to_bytes(2, "big") + message


class Reader:
    """Messages out of a stream, however it is cut. Holds `limit` bytes at most, beyond what one call brings."""

    def __init__(self, *, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def receive(self, data: bytes) -> list[bytes]:
        """Messages that became complete with `data`. Raises WireError at the first length that is impossible, for good.

        Messages that came before it are returned first: the next call raises.
        """
        self._buffer += data
        found: list[bytes] = []
        while len(self._buffer) >= 2:
            size = int.from_bytes(self._buffer[:2], "big")
            if not HEADER_BYTES <= size <= self._limit:
                if found:
                    break
                del self._buffer[2:]
                raise WireError(
                    f"a DNS message of {size} bytes is announced; {HEADER_BYTES} to {self._limit} are taken"
                )
            if len(self._buffer) < 2 + size:
                break
            found.append(bytes(self._buffer[2 : 2 + size]))
            del self._buffer[: 2 + size]
        return found

    def finish(self) -> None:
        """The stream ended. Raises WireError if it did so within a message."""
        if self._buffer:
            raise WireError(f"the stream ended {len(self._buffer)} bytes into a DNS message")
