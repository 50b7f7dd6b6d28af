"""What this process endured and could not write down while it lasted, told once it is over.

A database that is locked cannot take the row that says so. What happened waits here, in memory,
bounded and summed up by kind, until the audit log's worker can write it.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.utils import OperationalError

_MOST = 20
#: A writer that had to wait longer than this is worth an entry.
LONG_WAIT = 5.0


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One kind of trouble from its first to its last moment; `longest_ms` is the longest wait."""

    kind: str
    since: datetime
    until: datetime
    count: int
    longest_ms: int


_kept: dict[str, Trouble] = {}
_guard = threading.Lock()


def note(kind: str, *, seconds: float, now: datetime) -> None:
    """Note that it happened once more; `seconds` is how long somebody waited."""
    waited = round(seconds * 1000)
    keep(Trouble(kind=kind, since=now, until=now, count=1, longest_ms=waited))


def keep(trouble: Trouble) -> None:
    """Add to what is known of this kind (also to give back what could not be written)."""
    with _guard:
        known = _kept.get(trouble.kind)
        if known is None:
            if len(_kept) < _MOST:
                _kept[trouble.kind] = trouble
            return
        _kept[trouble.kind] = replace(
            known,
            since=min(known.since, trouble.since),
            until=max(known.until, trouble.until),
            count=known.count + trouble.count,
            longest_ms=max(known.longest_ms, trouble.longest_ms),
        )


def take() -> tuple[Trouble, ...]:
    """Take everything that waits; the caller writes it down or gives it back with `keep`."""
    with _guard:
        found = tuple(_kept.values())
        _kept.clear()
    return found


def is_locked(error: BaseException) -> bool:
    """Whether a database error means that another writer held the lock for too long."""
    state = getattr(error.__cause__, "sqlstate", "")
    return isinstance(error, OperationalError) and (
        "database is locked" in str(error)
        or "database table is locked" in str(error)
        or state == "55P03"
    )
