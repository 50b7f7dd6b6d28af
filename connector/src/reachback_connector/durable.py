"""Files that survive a power cut: whole-file replacement and append-only journals, both fsynced."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reachback_connector.errors import StateError


def replace(path: Path, data: bytes, *, mode: int = 0o600, synced: bool = True) -> None:
    """Write `data` to `path` so that a reader finds the old or the new content, never a mixture.

    Not `synced`: that holds for crashes of programs, not for a power cut.
    """
    draft = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if synced:
                os.fsync(file.fileno())
        draft.replace(path)
        if synced:
            sync_folder(path.parent)
    except OSError as error:
        raise StateError("state-unwritable", f"{path} cannot be written: {error}.") from error


def replace_json(path: Path, value: object, *, mode: int = 0o600, synced: bool = True) -> None:
    """`replace` with indented JSON."""
    text = json.dumps(value, indent=1, sort_keys=True) + "\n"
    replace(path, text.encode(), mode=mode, synced=synced)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in `path`, None when there is no such file. StateError when it is damaged."""
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StateError("state-damaged", f"{path} cannot be read: {error}.") from error
    if not isinstance(value, dict):
        raise StateError("state-damaged", f"{path} does not hold an object.")
    return value


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_whole(descriptor: int, line: bytes) -> None:
    if os.write(descriptor, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Journal:
    """An append-only file of JSON lines. A torn last line (power cut) is cut off when opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        fresh = not path.exists()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
            if fresh:
                sync_folder(path.parent)
            self._repair()
        except OSError as error:
            raise StateError("state-unwritable", f"{path} cannot be opened: {error}.") from error

    def _repair(self) -> None:
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.ftruncate(self._descriptor, whole)
            os.fsync(self._descriptor)

    def append(self, value: dict[str, Any], *, synced: bool = True) -> None:
        """Add one line; returns when it is on the disk. A failed write is undone, then reported.

        Not `synced`: it goes to the disk with the next line that is, or when the kernel likes.
        """
        line = json.dumps(value, separators=(",", ":"), sort_keys=True).encode() + b"\n"
        before = os.fstat(self._descriptor).st_size
        try:
            _write_whole(self._descriptor, line)
            if synced:
                os.fdatasync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, before)
            raise StateError("state-full", f"{self.path} cannot be written: {error}.") from error

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    value = json.loads(line)
                except ValueError as error:
                    raise StateError(
                        "state-damaged", f"{self.path}, line {number} is damaged."
                    ) from error
                yield value

    def rewrite(self, values: list[dict[str, Any]]) -> None:
        """Replace the whole content (compaction)."""
        lines = [json.dumps(v, separators=(",", ":"), sort_keys=True).encode() for v in values]
        replace(self.path, b"".join(line + b"\n" for line in lines))
        os.close(self._descriptor)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)

    def close(self) -> None:
        os.close(self._descriptor)
