"""`get`: a file's content from an offset on, a piece at a time, and its SHA-256 at the end."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any, Final

from reachback_connector.files.paths import FileRefused, Territory, open_file, refused

PIECE: Final = 65_536
_PREFIX: Final = 1 << 20


class Reading:
    """One `get`. What stands before the offset is hashed as well: the sum is always the file's."""

    operation = "get"

    def __init__(self, territory: Territory, request: dict[str, Any]) -> None:
        self.id = str(request["id"])
        with territory.place(str(request["path"])) as (place, real):
            self.path = real
            self._file = open_file(place)
        status = os.fstat(self._file)
        self.size = status.st_size
        self.changed = status.st_mtime_ns // 1_000_000
        self.offset = int(request.get("offset", 0))
        self._hash = hashlib.sha256()
        self._at = 0
        try:
            self._check(request)
        except FileRefused:
            self.close()
            raise

    def _check(self, request: dict[str, Any]) -> None:
        expected = request.get("expect")
        if isinstance(expected, dict):
            same = expected.get("size") == self.size and expected.get("changed") == self.changed
            if not same:
                raise FileRefused("changed", "The file was changed since its first part was read.")
        if not 0 <= self.offset <= self.size:
            raise FileRefused("offset", "The file is shorter than what was read of it before.")

    @property
    def begun(self) -> dict[str, Any]:
        """The answer before the content."""
        return {
            "path": self.path,
            "size": self.size,
            "changed": self.changed,
            "offset": self.offset,
        }

    def step(self, give: Callable[[bytes], None]) -> dict[str, Any] | None:
        """Hash or give the next piece; the file's size and SHA-256 when it was the last.

        FileRefused when the file is not any more what it was at the beginning.
        """
        most = min(_PREFIX, self.offset - self._at) if self._at < self.offset else PIECE
        try:
            data = os.pread(self._file, min(most, self.size - self._at), self._at)
        except OSError as error:
            raise refused(error) from error
        if not data and self._at < self.size:
            raise FileRefused("changed", "The file became shorter while it was read.")
        self._hash.update(data)
        if self._at >= self.offset and data:
            give(data)
        self._at += len(data)
        return self._finished() if self._at >= self.size else None

    def _finished(self) -> dict[str, Any]:
        status = os.fstat(self._file)
        if (status.st_size, status.st_mtime_ns // 1_000_000) != (self.size, self.changed):
            raise FileRefused("changed", "The file was changed while it was read.")
        return {"path": self.path, "size": self.size, "sha256": self._hash.hexdigest()}

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
