"""What was written to a channel and not yet acknowledged by the other end."""

from bisect import bisect_right
from typing import Final

from reachback_wire.link_errors import LocalError, RemoteError
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

SEGMENT: Final = 65_536
"""Small writes are joined up to this many bytes, so that a replay reads few, large units."""

UNIT_COST: Final = 64
"""What a CTRL or GAP counts against the limit beside its body, in bytes."""


class SendBuffer:
    """Units written here and not yet acknowledged by the other end; a :class:`Source`."""

    __slots__ = ("_acked", "_end", "_held", "_limit", "_pieces", "_starts")

    def __init__(self, limit_bytes: int, start: int = 0) -> None:
        self._limit = limit_bytes
        self._starts: list[int] = []
        self._pieces: list[bytes | bytearray | CtrlUnit | GapUnit] = []
        self._held = 0
        self._end = start
        self._acked = start

    @property
    def end(self) -> int:
        """The offset written up to."""
        return self._end

    @property
    def acked(self) -> int:
        """The offset below which nothing will be asked for again."""
        return self._acked

    @property
    def room(self) -> int:
        """How many more bytes :meth:`write` takes now; the writer stops reading its source at 0."""
        return max(0, self._limit - self._held)

    def write(self, data: bytes) -> None:
        """Append bytes; LocalError when they do not fit into `room`."""
        size = len(data)
        if not size:
            return
        if size > self._limit - self._held:
            raise LocalError("buffer-full", "More was written than this buffer has room for.")
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, bytearray) and len(last) + size <= SEGMENT:
            last += data
        else:
            self._starts.append(self._end)
            self._pieces.append(bytearray(data) if size < SEGMENT // 2 else bytes(data))
        self._end += size
        self._held += size

    def control(self, kind: int, body: bytes) -> None:
        """Append one CTRL unit; never refused: a full buffer may not lose testimony."""
        self._append(CtrlUnit(kind, body), len(body), 1)

    def gap(self, length: int, time: int, salt: bytes, sha256: bytes) -> None:
        """Declare the next `length` offsets missing; `time` in ms since 1970."""
        self._append(GapUnit(length, time, salt, sha256), 0, length)

    def _append(self, unit: CtrlUnit | GapUnit, size: int, length: int) -> None:
        self._starts.append(self._end)
        self._pieces.append(unit)
        self._held += size + UNIT_COST
        self._end += length

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        """The unit at `offset`; RemoteError when the other end asks for what it acknowledged."""
        if offset >= self._end:
            return None
        if offset < self._acked:
            raise RemoteError("rewind", "What was acknowledged is asked for again.")
        index = bisect_right(self._starts, offset) - 1
        piece, skip = self._pieces[index], offset - self._starts[index]
        if isinstance(piece, bytes | bytearray):
            if not skip and len(piece) <= max_bytes:
                return DataUnit(bytes(piece))
            with memoryview(piece) as view:
                return DataUnit(bytes(view[skip : skip + max_bytes]))
        if skip:
            raise RemoteError("inside-unit", "A rewind points into the middle of a unit.")
        return piece

    def ack(self, offset: int) -> None:
        """Forget everything below `offset`; RemoteError beyond what was ever written."""
        if offset > self._end:
            raise RemoteError("ack-ahead", "Something was acknowledged that was never sent.")
        if offset <= self._acked:
            return
        done = 0
        for start, piece in zip(self._starts, self._pieces, strict=True):
            if start + _length(piece) > offset:
                break
            self._held -= _cost(piece)
            done += 1
        del self._starts[:done], self._pieces[:done]
        self._acked = offset
        self._trim(offset)

    def _trim(self, offset: int) -> None:
        """Free the acknowledged part of a piece, once it is worth the copy."""
        if not self._starts:
            return
        piece, part = self._pieces[0], offset - self._starts[0]
        if isinstance(piece, bytes | bytearray) and part > len(piece) // 2:
            self._pieces[0] = piece[part:]
            self._starts[0] = offset
            self._held -= part


def _length(piece: bytes | bytearray | CtrlUnit | GapUnit) -> int:
    return len(piece) if isinstance(piece, bytes | bytearray) else piece.length


def _cost(piece: bytes | bytearray | CtrlUnit | GapUnit) -> int:
    if isinstance(piece, bytes | bytearray):
        return len(piece)
    return UNIT_COST + (len(piece.body) if isinstance(piece, CtrlUnit) else 0)
