"""One fair writer: order, patience, every statement, full durability and checkpoints."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from reachback.config import databases
from reachback.kernel.database.fair_lock import FairLock
from reachback.kernel.database.sqlite3 import base
from reachback.kernel.database.versions import warn_if_old


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[ConnectionHandler]:
    """Open a database file of our own; each thread that uses the handler has its own connection."""
    handler = ConnectionHandler({"default": databases.sqlite(tmp_path / "own.sqlite3")})
    with django_db_blocker.unblock():
        run(handler, "CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)")
        yield handler
        handler.close_all()


def run(handler: ConnectionHandler, *statements: str) -> list[Any]:
    with handler["default"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def begin(handler: ConnectionHandler) -> None:
    handler["default"].set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(handler: ConnectionHandler) -> None:
    handler["default"].commit()
    handler["default"].set_autocommit(True)


def test_the_lock_is_granted_in_the_order_it_was_asked_for() -> None:
    lock, order = FairLock(), []
    assert lock.acquire(seconds=1)
    crowd = []
    for number in range(6):
        asker = threading.Thread(
            target=lambda n=number: (lock.acquire(seconds=10), order.append(n), lock.release())
        )
        asker.start()
        crowd.append(asker)
        while lock.waiting <= number:  # the next asks only when this one stands in the queue
            threading.Event().wait(0.001)
    lock.release()
    for asker in crowd:
        asker.join()
    assert order == list(range(6))
    assert sum(lock.holds) == 7


def test_who_gives_up_waiting_does_not_take_the_lock_with_them() -> None:
    lock = FairLock()
    assert lock.acquire(seconds=1)
    assert not lock.acquire(seconds=0.01)
    lock.release()
    assert lock.acquire(seconds=0)


def test_a_transaction_holds_the_lock_until_it_ends(database: ConnectionHandler) -> None:
    lock = database["default"].writer_lock
    begin(database)
    assert not lock.acquire(seconds=0.01)
    run(database, "INSERT INTO note (words) VALUES ('a')")
    end(database)
    assert lock.acquire(seconds=0)
    lock.release()
    begin(database)
    database["default"].rollback()
    assert lock.acquire(seconds=0)
    lock.release()


def test_a_single_write_waits_for_the_lock_and_reads_do_not(
    database: ConnectionHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_PATIENCE", 0.05)
    lock = database["default"].writer_lock
    assert lock.acquire(seconds=0)
    for statement in (
        "INSERT INTO note (words) VALUES ('a')",
        "UPDATE note SET words = 'b'",
        "DELETE FROM note",
        "WITH one AS (SELECT 1) DELETE FROM note",
        "/* hidden */ DELETE FROM note",
        "CREATE TABLE other (id INTEGER)",
    ):
        with pytest.raises(OperationalError, match="database is locked"):
            run(database, statement)
    with pytest.raises(OperationalError, match="database is locked"):
        begin(database)
    database["default"].autocommit = True
    assert run(database, "SELECT count(*) FROM note") == [(0,)]
    lock.release()
    run(database, "INSERT INTO note (words) VALUES ('a')")


def test_many_threads_write_without_a_single_failure(database: ConnectionHandler) -> None:
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(25):
                begin(database)
                run(database, "SELECT max(id) FROM note", "INSERT INTO note (words) VALUES ('x')")
                end(database)
                run(database, "INSERT INTO note (words) VALUES ('y')")
        except OperationalError as error:
            failures.append(error)
        finally:
            database.close_all()

    crowd = [threading.Thread(target=write) for _ in range(6)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert failures == []
    assert run(database, "SELECT count(*) FROM note") == [(300,)]


def test_connections_run_in_wal_and_never_checkpoint_by_themselves(
    database: ConnectionHandler,
) -> None:
    assert run(database, "PRAGMA journal_mode") == [("wal",)]
    assert run(database, "PRAGMA wal_autocheckpoint") == [(0,)]
    assert run(database, "PRAGMA synchronous") == [(1,)]


def test_the_log_is_checkpointed_under_the_lock_once_it_is_large(
    database: ConnectionHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = database["default"]
    wal = Path(f"{connection.settings_dict['NAME']}-wal")
    held: list[bool] = []
    checkpoint = connection.checkpoint
    monkeypatch.setattr(
        connection,
        "checkpoint",
        lambda: (held.append(not connection.writer_lock.acquire(seconds=0)), checkpoint()),
    )
    for _ in range(6):
        begin(database)
        run(database, "INSERT INTO note (words) VALUES (hex(randomblob(500000)))")
        end(database)
    assert held
    assert all(held)
    assert wal.stat().st_size < base._CHECKPOINT_BYTES


def test_a_reader_of_an_old_snapshot_does_not_block_a_commit(database: ConnectionHandler) -> None:
    name = database["default"].settings_dict["NAME"]
    reader = sqlite3.connect(name, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM note").fetchone()
    for _ in range(6):
        begin(database)
        run(database, "INSERT INTO note (words) VALUES (hex(randomblob(500000)))")
        end(database)
    assert reader.execute("SELECT count(*) FROM note").fetchone() == (0,)
    reader.execute("COMMIT")
    reader.close()


def test_a_commit_that_must_last_is_synced_and_others_are_not(
    database: ConnectionHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    sync = os.fsync
    monkeypatch.setattr(
        base.os,
        "fsync",
        lambda fd: (synced.append(Path(f"/proc/self/fd/{fd}").readlink()), sync(fd)),
    )
    for durable in (False, True, False):
        begin(database)
        run(database, "INSERT INTO note (words) VALUES ('x')")
        if durable:
            database["default"].require_full_durability()
        end(database)
    assert [path.name for path in synced] == ["own.sqlite3-wal"]


def test_an_old_sqlite_is_warned_about_once(caplog: pytest.LogCaptureFixture) -> None:
    assert warn_if_old((3, 40, 1))
    assert not warn_if_old((3, 51, 3))
    assert "WAL corruption" in caplog.text
