"""Storage of files by key: a folder by default, other stores by the same protocol."""

import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from reachback.kernel.transactions import assert_not_writing

_KEY = re.compile(r"[A-Za-z0-9_\-.]+(/[A-Za-z0-9_\-.]+)*")
_LONGEST_KEY = 500


class InvalidKey(ValueError):
    """A storage key that is not relative, plain and short."""


class Storage(Protocol):
    """Files by key. A key is a relative path of letters, digits, `_`, `-`, `.` and `/`."""

    def open(self, key: str) -> BinaryIO:
        """Open for reading; FileNotFoundError if absent."""

    def read(self, key: str) -> bytes:
        """Return the whole content; FileNotFoundError if absent."""

    def write(self, key: str, data: bytes) -> None:
        """Keep the content durably under the key, replacing what was there at once."""

    def delete(self, key: str) -> None:
        """Remove; absent is no error."""


class FolderStorage:
    """Files below one folder, written to a temporary name, synced, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key) or {".", ".."} & set(parts):
            raise InvalidKey(key)
        return self._root / key

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def read(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def write(self, key: str, data: bytes) -> None:
        assert_not_writing("writing a file")
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def storage() -> Storage:
    """Return the installation's storage: the folder `files` below the data directory."""
    return FolderStorage(Path(settings.REACHBACK_DATA) / "files")
