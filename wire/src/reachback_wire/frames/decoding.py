"""Bytes to frames: a total parser that keeps at most one unfinished frame."""

from reachback_wire import varint
from reachback_wire.frames import kinds
from reachback_wire.frames.bodies import READERS, malformed
from reachback_wire.frames.encoding import MAX_BODY
from reachback_wire.link_errors import LocalError, RemoteError


class Decoder:
    """Bytes cut anywhere give frames, or exactly one RemoteError, after which it is spent."""

    __slots__ = ("_buffer", "_failed", "_max_body", "_wanted", "total")

    def __init__(self, max_body: int = MAX_BODY) -> None:
        self._max_body = max_body
        self._buffer = bytearray()
        self._wanted = 0
        self._failed = False
        self.total = 0
        """Bytes of whole frames so far, LINKACKs excluded: what a LINKACK reports."""

    @property
    def held(self) -> int:
        """Bytes kept of the frame that has not ended yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[kinds.Frame]:
        """The frames that end inside `data`; RemoteError once if the peer broke the layout."""
        if self._failed:
            raise LocalError("spent", "This connection has failed: close it.")
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._wanted:
                return []
            data = bytes(self._buffer)
            self._buffer.clear()
        try:
            return self._frames(data)
        except RemoteError:
            self._failed = True
            raise

    def _frames(self, data: bytes) -> list[kinds.Frame]:
        frames: list[kinds.Frame] = []
        at, end = 0, len(data)
        self._wanted = 0
        while at < end:
            read = varint.decode(data, at + 1, end)
            if read is None:
                break
            length, start = read
            if length > self._max_body:
                raise RemoteError("too-long", f"A frame's body is over {self._max_body} bytes.")
            stop = start + length
            if stop > end:
                self._wanted = stop - at
                break
            kind = data[at]
            if kind == 0x0B and length > 1 and data[start] < 0x40:
                frames.append(kinds.Data(data[start], data[start + 1 : stop]))
            else:
                self._other(kind, data[start:stop], frames)
            if kind != 0x11:
                self.total += stop - at
            at = stop
        if at < end:
            self._buffer += memoryview(data)[at:]
        return frames

    def _other(self, kind: int, body: bytes, frames: list[kinds.Frame]) -> None:
        reader = READERS.get(kind)
        if reader is not None:
            frames.append(reader(body))
        elif not kind & 0x80:
            raise malformed(f"Frame type 0x{kind:02x} is unknown and may not be ignored.")
