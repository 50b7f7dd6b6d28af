"""The embedded database has one owner: the process that holds this file lock may open it."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from reachback.kernel import clock


class AlreadyOwned(RuntimeError):
    """Another process, usually the web process, owns the database of this data directory."""


class Ownership:
    """The exclusive right to open the database below `data`; ends with `release` or the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the right up. Twice is once."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


def take(data: Path, *, patience: float = 0.0) -> Ownership:
    """Take ownership, waiting at most `patience` seconds for an owner that is going.

    Raises AlreadyOwned. The lock is the kernel's (flock): a killed owner leaves none behind.
    """
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = clock.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock.monotonic() >= deadline:
                os.close(descriptor)
                msg = f"another process owns the database in {data}"
                raise AlreadyOwned(msg) from None
            time.sleep(0.05)
        else:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode("ascii"))
            return Ownership(descriptor)
