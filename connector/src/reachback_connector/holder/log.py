"""What the holder has produced and nobody has acknowledged: memory, then disk, then refusal.

Units enter at the end and leave at the front. They lie in three places, in this order: the *head*
in memory (1 MiB), the *spool* on disk (64 MiB, only once the head is full), and a small *tail* in
memory for what must be kept although the spool takes no more (control units, declared gaps).
"""

from __future__ import annotations

import os
from bisect import bisect_right
from pathlib import Path

from reachback_connector.units_as_frames import frame_of, unit_of
from reachback_wire.frames import Decoder, encode
from reachback_wire.units import CtrlUnit, DataUnit, Unit

MEMORY_LIMIT = 1 << 20
SPOOL_LIMIT = 64 << 20
TAIL_LIMIT = 1 << 18
_OVERHEAD = 160  # bytes a unit costs beside its content
_MERGE_BELOW = 8_192
_BLOCK = 32_768


def cost(unit: Unit) -> int:
    """Bytes of memory a unit takes, roughly."""
    match unit:
        case DataUnit(data):
            return len(data) + _OVERHEAD
        case CtrlUnit(_, body):
            return len(body) + _OVERHEAD
        case _:
            return 64 + _OVERHEAD


class Shelf:
    """Units in memory, found by offset."""

    __slots__ = ("_first", "_offsets", "_units", "cost")

    def __init__(self) -> None:
        self._offsets: list[int] = []
        self._units: list[Unit] = []
        self._first = 0
        self.cost = 0

    def __bool__(self) -> bool:
        return self._first < len(self._units)

    def add(self, offset: int, unit: Unit) -> None:
        """Add at the end; small neighbouring DATA are merged."""
        last = self._units[-1] if self else None
        if (
            isinstance(unit, DataUnit)
            and isinstance(last, DataUnit)
            and len(last.data) < _MERGE_BELOW
        ):
            self._units[-1] = DataUnit(last.data + unit.data)
            self.cost += len(unit.data)
            return
        self._offsets.append(offset)
        self._units.append(unit)
        self.cost += cost(unit)

    def drop_below(self, offset: int) -> None:
        """Forget units that end at or below `offset`."""
        while self and self._offsets[self._first] + self._units[self._first].length <= offset:
            self.cost -= cost(self._units[self._first])
            self._units[self._first] = _NOTHING
            self._first += 1
        if self._first > 1024 or not self:
            del self._offsets[: self._first], self._units[: self._first]
            self._first = 0

    def find(self, offset: int) -> tuple[int, Unit] | None:
        """The unit that covers `offset`, and where it starts."""
        index = bisect_right(self._offsets, offset, self._first) - 1
        if index < self._first:
            return None
        start, unit = self._offsets[index], self._units[index]
        return (start, unit) if offset < start + unit.length else None

    def take_all(self) -> list[tuple[int, Unit]]:
        """Everything, leaving the shelf empty."""
        pairs = list(zip(self._offsets[self._first :], self._units[self._first :], strict=True))
        self._offsets, self._units, self._first, self.cost = [], [], 0, 0
        return pairs


_NOTHING: Unit = CtrlUnit(0, b"")


class Spool:
    """Units on disk as frames, in a file nobody else may read; an index entry every 32 KiB."""

    def __init__(self, path: Path, limit: int = SPOOL_LIMIT) -> None:
        self._path = path
        self._limit = limit
        self._descriptor = -1
        self._index: list[tuple[int, int]] = []
        self._cursor = (-1, -1)
        self.size = 0
        self.end = 0

    def __bool__(self) -> bool:
        return self.size > 0

    def add(self, offset: int, unit: Unit) -> bool:
        """Append; False when the limit is reached or the disk refuses (full, quota, read-only)."""
        record = encode(frame_of(unit))
        if self.size + len(record) > self._limit:
            return False
        try:
            if self._descriptor < 0:
                flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
                self._descriptor = os.open(self._path, flags, 0o600)
            if os.pwrite(self._descriptor, record, self.size) != len(record):
                return False
        except OSError:
            return False
        if not self._index or self.size - self._index[-1][1] >= _BLOCK:
            self._index.append((offset, self.size))
        self.size += len(record)
        self.end = offset + unit.length
        return True

    def find(self, offset: int) -> tuple[int, Unit] | None:
        """The unit that covers `offset`, and where it starts; sequential reads are O(1)."""
        if not self._index or not self._index[0][0] <= offset < self.end:
            return None
        if self._cursor[0] == offset:
            start, position = self._cursor
        else:
            start, position = self._index[bisect_right(self._index, (offset, 1 << 62)) - 1]
        decoder = Decoder()
        while True:
            block = os.pread(self._descriptor, _BLOCK * 3, position)
            for frame in decoder.feed(block):
                unit = unit_of(frame)
                position_after = position + len(encode(frame))
                if offset < start + unit.length:
                    self._cursor = (start + unit.length, position_after)
                    return start, unit
                start, position = start + unit.length, position_after
            decoder = Decoder()

    def clear(self) -> None:
        """Everything was acknowledged: give the disk space back."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
        self._index.clear()
        self._cursor = (-1, -1)
        self.size = 0

    def remove(self) -> None:
        """The channel is over: no trace remains."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._path.unlink(missing_ok=True)


class UnitLog:
    """The sequence of units of one direction, from `acked` to `end`."""

    def __init__(self, spool: Spool, *, memory_limit: int = MEMORY_LIMIT) -> None:
        self._head = Shelf()
        self._spool = spool
        self._tail = Shelf()
        self._limit = memory_limit
        self.acked = 0
        self.end = 0

    @property
    def held(self) -> int:
        """Bytes held in memory and on disk."""
        return self._head.cost + self._spool.size + self._tail.cost

    @property
    def in_memory(self) -> int:
        return self._head.cost + self._tail.cost

    @property
    def memory_full(self) -> bool:
        """Whether more than the ring's size is unacknowledged."""
        return self.held >= self._limit

    def append(self, unit: Unit, *, must: bool = False) -> bool:
        """Add at the end. False: no room, and nothing was added. `must`: is always added."""
        if not self._place(unit, must=must):
            return False
        self.end += unit.length
        return True

    def _place(self, unit: Unit, *, must: bool) -> bool:
        if not self._tail:
            if not self._spool and self._head.cost + cost(unit) <= self._limit:
                self._head.add(self.end, unit)
                return True
            if self._spool.add(self.end, unit):
                return True
        if must or (self._tail.cost < TAIL_LIMIT and self.held < self._limit):
            self._tail.add(self.end, unit)
            return True
        return False

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        """The unit starting exactly at `offset`, DATA cut to `max_bytes`; None at the end."""
        if not self.acked <= offset < self.end:
            return None
        found = self._head.find(offset) or self._spool.find(offset) or self._tail.find(offset)
        if found is None:
            return None
        start, unit = found
        if isinstance(unit, DataUnit):
            return DataUnit(unit.data[offset - start : offset - start + max_bytes])
        return unit if start == offset else None

    def ack(self, offset: int) -> None:
        """Everything below `offset` is safe at the other end. Beyond `end` is ignored."""
        if not self.acked < offset <= self.end:
            return
        self.acked = offset
        self._head.drop_below(offset)
        if self._spool and offset >= self._spool.end:
            self._spool.clear()
            for start, unit in self._tail.take_all():
                self._head.add(start, unit)
        self._head.drop_below(offset)
        self._tail.drop_below(offset)

    def remove(self) -> None:
        """Forget everything, also on disk."""
        self._spool.remove()
