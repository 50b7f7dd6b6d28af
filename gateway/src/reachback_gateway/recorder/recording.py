"""One channel's recording: written before anything is forwarded, read by everyone who watches."""

import hashlib
from bisect import bisect_right
from dataclasses import replace
from pathlib import Path
from typing import Any

from reachback_gateway.errors import RecorderFailedError
from reachback_gateway.recorder import index as indexing
from reachback_gateway.recorder import segment
from reachback_gateway.recorder.file import SegmentFile
from reachback_gateway.recorder.index import SegmentIndex
from reachback_gateway.recorder.tail import Tail
from reachback_gateway.recorder.vault import Vault
from reachback_wire.recording import SegmentHeader, SegmentWriter
from reachback_wire.sealing import SealError
from reachback_wire.units import GapUnit, Unit

_BLOCK = 131_072
_PASSING = 3 * 1_048_576
"""What a browser may have been promised and not read yet, twice over: it is kept nowhere else."""


class Recording:
    """An ordered set of segments; `end` is the offset recorded up to."""

    __slots__ = (
        "_file",
        "_folder",
        "_queued",
        "_vault",
        "_writer",
        "_written_to",
        "dirty",
        "end",
        "ended",
        "failed",
        "segments",
        "tail",
    )

    def __init__(self, folder: Path, vault: Vault | None = None) -> None:
        self._folder = folder
        self._vault = vault
        self._file: SegmentFile | None = None
        self._writer: SegmentWriter | None = None
        self._queued: list[bytes] = []
        self._written_to = 0
        self.segments: list[SegmentIndex] = []
        self.tail = Tail()
        self.end = 0
        self.ended = False
        self.failed = False
        self.dirty = False

    @classmethod
    def load(cls, folder: Path, vault: Vault | None = None) -> "Recording":
        """Index what lies in `folder`, cutting torn tails back to the last whole record.

        A segment whose key is missing is left alone, and the recording cannot be continued.
        """
        recording = cls(folder, vault)
        for path in sorted(folder.glob("[0-9]*.rbs")):
            try:
                found = indexing.scan(path, None if vault is None else vault.keys)
            except SealError:
                recording.failed = True
                break
            if found is None:
                path.unlink()
                continue
            found.end_offset = max(found.end_offset, recording.end)
            recording.segments.append(found)
            recording.end = found.end_offset
            recording.ended = found.ended
        return recording

    def begin(self, header: SegmentHeader, *, now: int, start: int | None = None) -> None:
        """Open a new segment; only the recording knows its index, offset and predecessor."""
        previous = self._previous()
        self.close()
        self.end = self.end if start is None else max(start, self.end)
        number = len(self.segments)
        path = self._folder / f"{number:04d}.rbs"
        self._writer = SegmentWriter(
            replace(header, index=number, start_offset=self.end, started=now, previous=previous)
        )
        if header.kind == "files":
            self.tail.most = _PASSING
        self.ended = False
        self._file = self._created(path, header.organisation)
        self.segments.append(SegmentIndex(self._file, end_offset=self.end))
        self._append(self._writer.opening)

    def _created(self, path: Path, organisation: str) -> SegmentFile:
        if self.failed:
            sentence = "What was recorded before cannot be opened: its key is missing."
            raise RecorderFailedError("recorder-failed", sentence)
        try:
            key = None if self._vault is None else self._vault.data_key(organisation)
            return SegmentFile.create(path, key)
        except SealError as problem:
            self.failed = True
            raise RecorderFailedError("recorder-failed", problem.sentence) from problem
        except OSError as problem:
            self.failed = True
            raise _failed(problem) from problem

    def _previous(self) -> str:
        """SHA-256 of the last segment's file: known while it is written, else read."""
        if self._writer is not None:
            return self._writer.sha256
        if not self.segments:
            return ""
        return hashlib.sha256(self.segments[-1].file.content()).hexdigest()

    @property
    def writing(self) -> bool:
        """Whether a segment is open for appending."""
        return self._file is not None

    def append(self, offset: int, unit: Unit, now: int) -> None:
        """Take the unit standing at `end`; :meth:`flush` writes it. Raises RecorderFailedError."""
        if self._writer is None or self.failed:
            raise RecorderFailedError("recorder-failed", "The recording is not open for writing.")
        current = self.segments[-1]
        record = self._writer.unit(offset, unit, now)
        if not self._queued:
            self._written_to = self.end
        self._queued.append(record)
        self.end = offset + unit.length
        current.add(offset, current.size, self.end)
        current.size += len(record)
        self.tail.add(offset, unit)

    def flush(self) -> None:
        """Write what was taken, in one piece, before anybody is shown it.

        Raises RecorderFailedError; the recording then ends where it ended before.
        """
        if not self._queued:
            return
        records = self._queued
        self._queued = []
        try:
            self._write(records)
        except OSError as problem:
            self.end = self._written_to
            self._fail()
            raise _failed(problem) from problem

    def note(self, value: dict[str, Any], now: int) -> None:
        """Write what the front saw (asserted by the provider); nothing when not writing."""
        if self._writer is not None and not self.failed:
            self._append(self._writer.note(value, now))

    def finish(self, code: str, sentence: str, now: int) -> None:
        """Write END and the last CHECK."""
        if self._writer is not None and not self.failed:
            self._append(self._writer.end(code, sentence, now))
            self.segments[-1].ended = True
        self.ended = True

    def _append(self, data: bytes) -> None:
        """Write something that is no unit, after the units before it."""
        self.flush()
        self.segments[-1].size += len(data)
        try:
            self._write([data])
        except OSError as problem:
            self._fail()
            raise _failed(problem) from problem

    def _write(self, records: list[bytes]) -> None:
        if self._file is not None:
            self._file.write(records)
        self.dirty = True

    def _fail(self) -> None:
        """What was to be written did not all reach the file, which was cut where it was whole."""
        self.failed = True
        current = self.segments[-1]
        current.size = current.file.size
        current.shorten(self.end)

    def sync(self) -> None:
        """fsync what was written; called in a thread at most a second after a write."""
        file = self._file  # the loop may end it meanwhile
        if file is not None:
            file.sync()

    def close(self) -> None:
        """Close every file; a closed recording can still be read."""
        self._queued.clear()  # empty unless writing failed
        for found in self.segments:
            found.file.close()
        self._file = None
        self._writer = None

    def block(self, offset: int) -> list[tuple[int, Unit]]:
        """Units from the one that holds `offset` on, about 128 KiB of them, from the files."""
        starts = [found.start_offset for found in self.segments]
        number = max(bisect_right(starts, offset) - 1, 0)
        while number < len(self.segments):
            found = self.segments[number]
            if found.offsets and offset < found.end_offset:
                units = self._units(found, offset)
                if units:
                    return units
            number += 1
        return []

    def _units(self, found: SegmentIndex, offset: int) -> list[tuple[int, Unit]]:
        place = found.place_before(offset)
        units: list[tuple[int, Unit]] = []
        while place < found.size and not units:
            data = found.file.read(place, min(_BLOCK, found.size - place))
            at = 0
            while (record := segment.record_at(data, at)) is not None:
                if record.unit is not None and record.offset + record.unit.length > offset:
                    units.append((record.offset, record.unit))
                at = record.end
            if not at:
                break
            place += at
        return units


def missing(length: int) -> GapUnit:
    """What stands for offsets no segment holds (the front's disk lost them)."""
    return GapUnit(length, 0, bytes(16), bytes(32))


def _failed(problem: OSError) -> RecorderFailedError:
    reason = problem.strerror or "the disk refused"
    return RecorderFailedError("recorder-failed", f"The recording cannot be written: {reason}.")
