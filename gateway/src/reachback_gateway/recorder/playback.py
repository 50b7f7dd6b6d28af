"""A recording as the source of a link's channel: tail in memory first, else blocks of the file."""

from reachback_gateway.recorder.recording import Recording, missing
from reachback_wire.units import DataUnit, GapUnit, Unit


class Playback:
    """One reader of one recording; implements reachback_wire.streams.Source."""

    __slots__ = ("_block", "_next", "handed", "recording")

    def __init__(self, recording: Recording, handed: int = 0) -> None:
        self.recording = recording
        # The offset up to which this reader's link has taken units.
        self.handed = handed
        self._block: list[tuple[int, Unit]] = []
        self._next = 0

    @property
    def end(self) -> int:
        return self.recording.end

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        """The unit at exactly `offset`, DATA cut to `max_bytes`."""
        if offset >= self.recording.end:
            return None
        found = self.recording.tail.find(offset) or self._from_block(offset)
        unit = self._cut(offset, max_bytes, found)
        self.handed = offset + unit.length
        return unit

    def _cut(self, offset: int, max_bytes: int, found: tuple[int, Unit] | None) -> Unit:
        if found is None:
            return missing(self.recording.end - offset)
        start, unit = found
        if start > offset:
            return missing(start - offset)
        if isinstance(unit, GapUnit) and start < offset:  # passed on and partly read
            return missing(start + unit.length - offset)
        if not isinstance(unit, DataUnit):
            return unit
        skip = offset - start
        if skip == 0 and len(unit.data) <= max_bytes:
            return unit
        return DataUnit(unit.data[skip : skip + max_bytes])

    def _from_block(self, offset: int) -> tuple[int, Unit] | None:
        found = self._look(offset)
        if found is None:
            self._block = self.recording.block(offset)
            self._next = 0
            found = self._look(offset) or (self._block[0] if self._block else None)
        return found

    def _look(self, offset: int) -> tuple[int, Unit] | None:
        """Search the block from where the last read ended: reading goes forward."""
        block = self._block
        if not block or not block[0][0] <= offset < block[-1][0] + block[-1][1].length:
            return None
        if block[self._next][0] > offset:
            self._next = 0
        while block[self._next][0] + block[self._next][1].length <= offset:
            self._next += 1
        start, unit = block[self._next]
        return (start, unit) if start <= offset else None
