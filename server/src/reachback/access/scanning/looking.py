"""Let the installation's scanner look at a content: size, SHA-256, and what it says."""

import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from reachback.access.scanning.clamd import Clamd, Version
from reachback.access.scanning.errors import (
    ScannerAway,
    ScannerBusy,
    ScanTooLarge,
    SignaturesOld,
)
from reachback.devices import hostile

MIB: Final = 1_048_576
AT_ONCE: Final = 3
"""Files looked at at the same time: the rest of the web process's threads serve pages."""
WAIT_SECONDS: Final = 20.0
_FOUND_MOST: Final = 100
_log = logging.getLogger("reachback.scanning")
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Looked:
    """What was looked at (`sha256` in hex, `size` in bytes), by whom, and what it found."""

    sha256: str
    size: int
    version: Version
    found: str


def limit() -> int:
    """The most bytes of one file."""
    return int(settings.SCANNER_LIMIT) * MIB


def look(chunks: Iterable[bytes], *, now: datetime) -> Looked:
    """Have it looked at. Raises ScannerAway, ScannerBusy, ScanTooLarge, SignaturesOld."""
    if not settings.SCANNER:
        _log.warning("A contract asks for a scan, and REACHBACK_SCANNER is not set.")
        raise ScannerAway("REACHBACK_SCANNER is not set")
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise ScannerBusy
    try:
        return _look(Clamd(settings.SCANNER), chunks, now)
    except ScannerAway as error:
        _log.warning("The scanner does not answer: %s", error.reason)
        raise
    finally:
        _places.release()


def _look(clamd: Clamd, chunks: Iterable[bytes], now: datetime) -> Looked:
    version = clamd.version()
    _check_age(version, now)
    counted = _Counted(chunks)
    found = clamd.look(counted)
    counted.finish()
    name = hostile.text(found, _FOUND_MOST) or ("unknown" if found else "")
    return Looked(counted.sum.hexdigest(), counted.size, version, name)


def _check_age(version: Version, now: datetime) -> None:
    most = int(settings.SCANNER_DATABASE_DAYS)
    if not most:
        return
    if version.issued is None:
        raise SignaturesOld(None, most)
    days = (now - version.issued).days
    if days > most:
        raise SignaturesOld(days, most)


class _Counted:
    """The content on its way: summed, counted, and never more than the limit."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.sum = hashlib.sha256()
        self.size = 0
        self._most = limit()
        self._chunks = iter(chunks)

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._most:
                raise ScanTooLarge(self._most)
            self.sum.update(chunk)
            yield chunk

    def finish(self) -> None:
        """A verdict over a part is none: clamd may answer before it has heard everything."""
        for _rest in self:
            continue
