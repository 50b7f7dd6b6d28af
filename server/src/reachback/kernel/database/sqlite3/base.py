"""SQLite with one fair writer: every write, ours or a third party's, waits its turn in order.

WAL, IMMEDIATE transactions, a FIFO lock per database file taken at BEGIN (or around a single write
statement in autocommit), and checkpoints only while that lock is held. A commit after
`durability.require_full` is synced to disk before it returns.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError
from typing_extensions import override

from reachback.kernel import clock, troubles
from reachback.kernel.database.fair_lock import FairLock, lock_for

_READS = re.compile(
    r"\s*(SELECT|EXPLAIN|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b", re.IGNORECASE
)
_CHECKPOINT_BYTES = 4 * 1024 * 1024
_PATIENCE = 20.0


class WriterCursor(base.SQLiteCursorWrapper):
    """A cursor whose write statements hold the writer lock."""

    owner: DatabaseWrapper

    @override
    def execute(self, query: str, params: Any = None) -> Any:
        with self.owner.writing(query):
            return super().execute(query, params)

    @override
    def executemany(self, query: str, param_list: Any) -> Any:
        with self.owner.writing(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that writes only while it holds the lock of its database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._holds_lock = False
        self._sync_at_commit = False
        self._next_checkpoint = _CHECKPOINT_BYTES

    @property
    def writer_lock(self) -> FairLock:
        """The lock this connection's database shares with every other of this process."""
        return lock_for(str(self.settings_dict["NAME"]))

    @override
    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        self.transaction_mode = "IMMEDIATE"
        params.setdefault("timeout", _PATIENCE)
        return params

    @override
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        for statement in ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=0"):
            connection.execute(f"PRAGMA {statement}").close()
        return connection

    @override
    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=WriterCursor)
        cursor.owner = self
        return cursor

    def require_full_durability(self) -> None:
        """Sync the open transaction's commit to disk before it returns."""
        self._sync_at_commit = True

    @contextmanager
    def writing(self, query: str) -> Iterator[None]:
        """Hold the lock around one statement if it writes outside a transaction."""
        if self._holds_lock or _READS.match(query) or self.connection.in_transaction:
            yield
            return
        self._take_lock()
        try:
            with _noting():
                yield
        finally:
            if not self.connection.in_transaction:
                self._give_lock()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_lock()
        try:
            with _noting():
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_lock()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
            if self._holds_lock:
                self._after_commit()
        finally:
            self._give_lock_if_idle()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_lock_if_idle()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_lock()

    def _take_lock(self) -> None:
        if self._holds_lock:
            return
        since = clock.monotonic()
        mine = self.writer_lock.acquire(seconds=_PATIENCE)
        waited = clock.monotonic() - since
        if waited > troubles.LONG_WAIT or not mine:
            kind = "database.slow" if mine else "database.locked"
            troubles.note(kind, seconds=waited, now=clock.now())
        if not mine:
            msg = f"database is locked: another writer held it for more than {_PATIENCE:.0f} s"
            raise OperationalError(msg)
        self._holds_lock = True

    def _give_lock_if_idle(self) -> None:
        if self.connection is None or not self.connection.in_transaction:
            self._give_lock()

    def _give_lock(self) -> None:
        self._sync_at_commit = False
        if self._holds_lock:
            self._holds_lock = False
            self.writer_lock.release()

    def _after_commit(self) -> None:
        wal = self._wal_path()
        if wal is None:
            return
        if self._sync_at_commit:
            _sync(wal)
        if _size(wal) >= self._next_checkpoint:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Move the log into the database, while the writer lock is held, without waiting.

        Readers of old snapshots stop it part-way; it is tried again 4 MiB later.
        """
        wal = self._wal_path()
        connection = self.connection
        if wal is None or connection is None:
            return
        connection.execute("PRAGMA busy_timeout=0").close()
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(_PATIENCE * 1000)}").close()
        self._next_checkpoint = _size(wal) + _CHECKPOINT_BYTES

    def _wal_path(self) -> Path | None:
        name = str(self.settings_dict["NAME"])
        if name.startswith("file:") or name == ":memory:":
            return None
        return Path(f"{name}-wal")


@contextmanager
def _noting() -> Iterator[None]:
    """Note that another process held the file's own lock for too long."""
    since = clock.monotonic()
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        if "database is locked" in str(error):
            waited = clock.monotonic() - since
            troubles.note("database.locked", seconds=waited, now=clock.now())
        raise


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _sync(path: Path) -> None:
    # The WAL carries no POSIX lock (those are on the -shm file), so opening it here is safe.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
