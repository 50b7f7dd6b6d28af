"""Bells wake sleeping workers: in this process at once, in others through PostgreSQL's NOTIFY."""

import threading

from django.db import connection, transaction

CHANNEL = "reachback_bell"


class Bell:
    """Something workers sleep on. Rung once, it wakes every sleeper; a missed ring is kept."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake every sleeper, and whoever would sleep next on an older count."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        """How often it rang; hand it to `sleep` to miss nothing between look and sleep."""
        return self._rings

    def sleep(self, *, since: int, seconds: float) -> bool:
        """Sleep until rung after `since` or for `seconds`; return whether it rang."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rings != since, timeout=seconds)


_bells: dict[str, Bell] = {}
_guard = threading.Lock()


def bell(name: str) -> Bell:
    """Return the bell of this name, the same object every time."""
    with _guard:
        return _bells.setdefault(name, Bell())


def ring_all() -> None:
    """Ring every bell of this process, for example after a lost notification connection."""
    with _guard:
        known = list(_bells.values())
    for each in known:
        each.ring()


def ring_after_commit(name: str) -> None:
    """Ring here, and on PostgreSQL in every process, once the open transaction has committed."""
    transaction.on_commit(bell(name).ring)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])
