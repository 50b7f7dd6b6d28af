"""One segment's file: the segment's bytes in and out, sealed on the disk (decisions/0010).

Places and sizes are the segment's own, as if it were not sealed. Files of before sealing stay as
they are and are read as they are.
"""

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from reachback_wire import sealing
from reachback_wire.sealing import OVERHEAD, DataKey, FileSeal, RecordsKeys

_CHUNK = 65_536
_STEP = 32_768
_BLOCK = 262_144


class SegmentFile:
    """A file that grows at its end. Raises OSError as the disk does."""

    __slots__ = ("_chunks", "_descriptor", "_end", "_marks", "_seal", "path", "size")

    def __init__(self, path: Path, seal: FileSeal | None = None) -> None:
        self.path = path
        self.size = 0
        self._descriptor = -1
        self._seal = seal
        self._end = 0
        self._chunks = 0
        # (place in the segment, place in the file, number) of some chunks, to begin reading at.
        self._marks: list[tuple[int, int, int]] = []

    @classmethod
    def create(cls, path: Path, key: DataKey | None) -> "SegmentFile":
        """Make the file, sealed under a key of its own if a data key is given."""
        made = cls(path, None if key is None else FileSeal.make(key))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        made._descriptor = os.open(path, flags, 0o600)
        try:
            made._put(b"" if made._seal is None else made._seal.opening)
        except OSError:
            made.close()
            raise
        made._end = 0 if made._seal is None else len(made._seal.opening)
        return made

    @classmethod
    def found(cls, path: Path, keys: RecordsKeys | None) -> "tuple[SegmentFile, bytes] | None":
        """A file that is there and what it holds, whole chunks only; a torn end is cut off.

        None when not even its head is whole. Raises SealError when it cannot be opened.
        """
        data = path.read_bytes()
        if not sealing.is_sealed(data):
            made = cls(path)
            made.size = made._end = len(data)
            return made, data
        if keys is None:
            raise sealing.SealError("This recording is sealed, and no key was given.")
        seal = FileSeal.read(data, keys)
        if seal is None:
            return None
        made = cls(path, seal)
        made._end = len(seal.opening)
        content = bytearray()
        for chunk in sealing.chunks(seal, data, place=made._end, number=0, at=0):
            made._grew(len(chunk.content))
            content += chunk.content
        if made._end < len(data):
            os.truncate(path, made._end)
        return made, bytes(content)

    def shorten(self, size: int) -> None:
        """Cut an unsealed file back; a sealed one has whole records only."""
        if self._seal is None and size < self.size:
            os.truncate(self.path, size)
            self.size = self._end = size

    def write(self, records: Sequence[bytes]) -> None:
        """Append whole records in one piece; what did not reach the disk whole is cut off."""
        before = self._end, self.size, self._chunks, len(self._marks)
        data = b"".join(records) if self._seal is None else b"".join(self._sealed(records))
        if self._seal is None:
            self._end += len(data)
            self.size = self._end
        try:
            self._put(data)
        except OSError:
            self._end, self.size, self._chunks, marks = before
            del self._marks[marks:]
            os.ftruncate(self._descriptor, self._end)
            raise

    def _sealed(self, records: Sequence[bytes]) -> Iterator[bytes]:
        """Chunks of whole records, about 64 KiB each."""
        assert self._seal is not None  # noqa: S101 - asked of a sealed file only
        waiting: list[bytes] = []
        held = 0
        for record in (*records, b""):
            if held and (not record or held + len(record) > _CHUNK):
                yield self._seal.seal(self._chunks, b"".join(waiting))
                self._grew(held)
                waiting, held = [], 0
            waiting.append(record)
            held += len(record)

    def _grew(self, length: int) -> None:
        """A chunk with this much content follows the ones before."""
        if not self._marks or self.size - self._marks[-1][0] >= _STEP:
            self._marks.append((self.size, self._end, self._chunks))
        self.size += length
        self._end += length + OVERHEAD
        self._chunks += 1

    def _put(self, data: bytes) -> None:
        written = 0
        while written < len(data):
            written += os.write(self._descriptor, data[written:] if written else data)

    def read(self, place: int, size: int) -> bytes:
        """The segment's bytes from `place` on, `size` of them where there are so many."""
        if self._seal is None:
            return os.pread(self._reading(), max(min(size, self.size - place), 0), place)
        found = bytearray()
        for at, content in self._from(place):
            if at >= place + size:
                break
            found += content[max(place - at, 0) :]
        return bytes(found[:size])

    def _from(self, place: int) -> Iterator[tuple[int, bytes]]:
        """Chunks' contents and where they stand, from the one that holds `place` or before."""
        assert self._seal is not None  # noqa: S101 - asked of a sealed file only
        mark = bisect_right(self._marks, (place, self._end, self._chunks)) - 1
        if mark < 0:
            return
        at, start, number = self._marks[mark]
        wanted = _BLOCK
        while start < self._end:
            data = os.pread(self._reading(), min(wanted, self._end - start), start)
            begun = start
            for chunk in sealing.chunks(
                self._seal, data, place=start, number=number, at=at, start=start
            ):
                yield chunk.at, chunk.content
                begun, number, at = chunk.end, chunk.number + 1, chunk.at + len(chunk.content)
            if begun == start and wanted > sealing.MAX_CHUNK:
                return  # altered since it was written: what follows is shown as missing
            wanted = _BLOCK if begun > start else sealing.MAX_CHUNK + OVERHEAD + 1
            start = begun

    def content(self) -> bytes:
        """All of it."""
        return self.read(0, self.size)

    def sync(self) -> None:
        """Have the disk keep it; nothing when it is closed."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close it; it can still be read."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _reading(self) -> int:
        if self._descriptor < 0:
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        return self._descriptor
