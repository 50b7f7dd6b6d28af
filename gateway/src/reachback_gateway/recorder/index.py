"""Where units lie in a recording's segments: a sparse index, one entry per 32 KiB of file."""

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from reachback_gateway.recorder import segment
from reachback_gateway.recorder.file import SegmentFile
from reachback_wire.sealing import RecordsKeys

_STEP = 32_768


@dataclass(slots=True)
class SegmentIndex:
    """One segment file: its size of whole records and the places of some of its units."""

    file: SegmentFile
    size: int = 0
    offsets: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    end_offset: int = 0
    ended: bool = False

    def add(self, offset: int, place: int, following: int) -> None:
        """A unit at `offset` stands at file position `place`; the next stands at `following`."""
        if not self.places or place - self.places[-1] >= _STEP:
            self.offsets.append(offset)
            self.places.append(place)
        self.end_offset = following

    def shorten(self, end: int) -> None:
        """Forget what stands behind `size`, which was never written; the units end at `end`."""
        while self.places and self.places[-1] >= self.size:
            self.places.pop()
            self.offsets.pop()
        self.end_offset = end

    @property
    def start_offset(self) -> int:
        return self.offsets[0] if self.offsets else self.end_offset

    def place_before(self, offset: int) -> int:
        """A file position from which the unit holding `offset` is found by reading on."""
        found = bisect_right(self.offsets, offset) - 1
        return self.places[max(found, 0)] if self.places else self.size


def scan(path: Path, keys: RecordsKeys | None) -> SegmentIndex | None:
    """Index a file up to its last whole record; None when not even its head is whole.

    Raises SealError when it is sealed and cannot be opened.
    """
    found = SegmentFile.found(path, keys)
    if found is None:
        return None
    file, data = found
    at = segment.body_start(data)
    if at is None:
        return None
    index = SegmentIndex(file, size=at)
    while (record := segment.record_at(data, at)) is not None:
        if record.unit is not None:
            index.add(record.offset, record.begin, record.offset + record.unit.length)
        index.ended = index.ended or record.kind == segment.END
        at = index.size = record.end
    file.shorten(index.size)
    return index
