"""WebSocket messages (RFC 6455, after the handshake) as bytes in, bytes out.

Only what the link needs: binary messages, no extension. Everything else the standard asks of an
end point is here too: fragments, PING, CLOSE, masking, and refusing whoever breaks its rules. Why
not a library: docs/decisions/0005-websocket-framing.md.
"""

import secrets
from collections.abc import Callable
from typing import Final

from reachback_wire.link_errors import RemoteError

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN: Final = 0x80
MASKED: Final = 0x80
_CONTROL_MOST: Final = 125
"""Longest payload of a control frame (section 5.5)."""
_REPLIES_MOST: Final = 4_096
"""Answers to PINGs kept until they are taken; a flood of them holds no more than this."""
_KEYS_AT_ONCE: Final = 256
"""Random bytes drawn at once: asking the kernel for each key costs more than all the rest."""
NORMAL: Final = 1000


class MessageStream:
    """One end of an open WebSocket. `client`: we mask what we send, the other end does not."""

    __slots__ = (
        "_buffer",
        "_client",
        "_close_said",
        "_fragments",
        "_held",
        "_keys",
        "_most",
        "_random",
        "_replies",
        "closed",
    )

    def __init__(
        self,
        *,
        client: bool,
        max_message: int,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._client = client
        self._most = max_message
        self._random = random
        self._keys = b""
        self._buffer = bytearray()
        self._fragments: list[bytes] | None = None
        self._held = 0
        self._replies = bytearray()
        self._close_said = False
        self.closed = False
        """Whether the other end has said CLOSE: nothing more will come."""

    # What goes out

    def message(self, data: bytes) -> bytes:
        """One binary message in one frame."""
        return self._frame(FIN | BINARY, data)

    def close(self, code: int = NORMAL) -> bytes:
        """CLOSE with a status code of section 7.4; empty when it was said already."""
        if self._close_said:
            return b""
        self._close_said = True
        return self._frame(FIN | CLOSE, code.to_bytes(2, "big"))

    def replies(self) -> bytes:
        """PONG and CLOSE that are owed; to be written at once."""
        if not self._replies:
            return b""
        owed = bytes(self._replies)
        self._replies.clear()
        return owed

    def _frame(self, first: int, data: bytes) -> bytes:
        size = len(data)
        masked = MASKED if self._client else 0
        if size < 126:
            head = bytes((first, masked | size))
        elif size < 65_536:
            head = bytes((first, masked | 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((first, masked | 127)) + size.to_bytes(8, "big")
        if not masked:
            return head + data
        if not self._keys:
            self._keys = self._random(_KEYS_AT_ONCE)
        key, self._keys = self._keys[:4], self._keys[4:]
        return b"".join((head, key, masked_with(key, data)))

    # What comes in

    def receive(self, data: bytes) -> list[bytes]:
        """The messages that end inside `data`; RemoteError when the other end breaks the rules."""
        if self._buffer:
            self._buffer += data
            data = bytes(self._buffer)
            self._buffer.clear()
        messages: list[bytes] = []
        at, end = 0, len(data)
        while end - at >= 2 and not self.closed:
            start, stop = self._bounds(data, at, end)
            if not start or stop > end:
                break
            payload = data[start:stop]
            if not self._client:
                payload = masked_with(data[start - 4 : start], payload)
            if data[at] == FIN | BINARY and self._fragments is None:
                messages.append(payload)
            else:
                self._other(data[at], payload, messages)
            at = stop
        if at < end and not self.closed:
            self._buffer += memoryview(data)[at:]
        return messages

    def _bounds(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        """Where the payload of the frame at `at` begins and ends; (0, 0): its head is torn."""
        size, start = data[at + 1], at + 2
        masked = size & MASKED
        if bool(masked) == self._client:
            raise RemoteError("websocket", "Frames of a client are masked, a server's are not.")
        size &= 0x7F
        if size >= 126:
            width = 2 if size == 126 else 8
            if end < start + width:
                return 0, 0
            size = int.from_bytes(data[start : start + width], "big")
            start += width
        if size + self._held > self._most:
            raise RemoteError("too-large", f"A message is at most {self._most} bytes.")
        if masked:
            start += 4
        return start, start + size

    def _other(self, first: int, payload: bytes, messages: list[bytes]) -> None:
        kind = first & 0x0F
        if first & 0x70:
            raise RemoteError("websocket", "No extension was agreed, but one is used.")
        if kind >= CLOSE:
            self._control(first, kind, payload)
        elif kind == TEXT:
            raise RemoteError("websocket", "The link is binary; text came.")
        elif kind in {CONTINUATION, BINARY}:
            self._fragment(first, kind, payload, messages)
        else:
            raise RemoteError("websocket", f"There is no frame with opcode {kind}.")

    def _fragment(self, first: int, kind: int, payload: bytes, messages: list[bytes]) -> None:
        if (kind == BINARY) == (self._fragments is not None):
            raise RemoteError("websocket", "A message begins inside another, or goes on nowhere.")
        parts = self._fragments if self._fragments is not None else []
        parts.append(payload)
        self._held += len(payload) + 64  # an empty fragment is not free either
        self._fragments = parts
        if first & FIN:
            messages.append(b"".join(parts))
            self._fragments, self._held = None, 0

    def _control(self, first: int, kind: int, payload: bytes) -> None:
        if not first & FIN or len(payload) > _CONTROL_MOST:
            raise RemoteError("websocket", "A control frame is whole and at most 125 bytes long.")
        if kind == PING and len(self._replies) < _REPLIES_MOST:
            self._replies += self._frame(FIN | PONG, payload)
        elif kind == CLOSE:
            self.closed = True
            self._replies += self.close(int.from_bytes(payload[:2], "big") or NORMAL)
        elif kind > PONG:
            raise RemoteError("websocket", f"There is no control frame with opcode {kind}.")


def masked_with(key: bytes, data: bytes) -> bytes:
    """`data` exclusive-or the 4-byte key, again and again (section 5.3); its own inverse."""
    size = len(data)
    if size < 1_024:
        stream = (key * (size // 4 + 1))[:size]
        value = int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")
        return value.to_bytes(size, "little")
    # Every fourth byte goes through a table: four passes, whatever the length.
    mixed = bytearray(data)
    for place in range(4):
        mixed[place::4] = mixed[place::4].translate(_TABLES[key[place]])
    return bytes(mixed)


_TABLES: Final = tuple(bytes(value ^ key for value in range(256)) for key in range(256))
