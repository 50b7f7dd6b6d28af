"""A locked database: a typed error and a sentence at once, a row in the log afterwards."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoDbBlocker

from reachback.audit.models import AuditRow
from reachback.audit.operations.record import INSTALLATION
from reachback.audit.operations.record_troubles import record_troubles
from reachback.config import databases
from reachback.config.failures import SpokenErrors
from reachback.kernel import troubles
from reachback.kernel.database.sqlite3 import base

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_troubles() -> Iterator[None]:
    troubles.take()
    yield
    troubles.take()


@pytest.fixture
def locked(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConnectionHandler]:
    """A database file that another process, as it were, writes to and does not let go."""
    monkeypatch.setattr(base, "_PATIENCE", 0.05)
    handler = ConnectionHandler({"default": databases.sqlite(tmp_path / "own.sqlite3")})
    holder = sqlite3.connect(tmp_path / "own.sqlite3", isolation_level=None)
    with django_db_blocker.unblock():
        handler["default"].cursor().execute("CREATE TABLE note (words TEXT)")
        holder.execute("BEGIN IMMEDIATE")
        yield handler
        holder.close()
        handler.close_all()


def write(handler: ConnectionHandler) -> None:
    handler["default"].cursor().execute("INSERT INTO note (words) VALUES ('a')")


def test_a_locked_database_is_a_sentence_and_later_a_row(
    locked: ConnectionHandler, now: datetime
) -> None:
    with pytest.raises(OperationalError) as caught:
        write(locked)
    request = RequestFactory().get("/api/cases", HTTP_ACCEPT="application/json")
    answer = SpokenErrors(_never).process_exception(request, caught.value)
    assert answer is not None
    assert answer.status_code == 503
    assert b"database-busy" in answer.content
    assert b"try again" in answer.content
    assert record_troubles(now=now) == 1
    row = AuditRow.objects.get(action="database.locked")
    assert row.organisation_id == INSTALLATION
    assert row.data["count"] == 1
    assert row.data["sentence"]
    assert record_troubles(now=now) == 0


def test_a_queue_that_lasts_too_long_is_a_row_too(locked: ConnectionHandler, now: datetime) -> None:
    lock = locked["default"].writer_lock
    assert lock.acquire(seconds=0)
    with pytest.raises(OperationalError, match="database is locked"):
        write(locked)
    lock.release()
    assert record_troubles(now=now) == 1


def test_any_other_error_of_the_database_stays_what_it_is() -> None:
    assert not troubles.is_locked(OperationalError("no such table: note"))
    assert not troubles.is_locked(DatabaseError("database is locked"))


def test_troubles_of_a_kind_are_summed_up(now: datetime) -> None:
    troubles.note("database.slow", seconds=6, now=now)
    troubles.note("database.slow", seconds=9, now=now + timedelta(seconds=20))
    (found,) = troubles.take()
    assert (found.count, found.longest_ms) == (2, 9_000)
    assert (found.since, found.until) == (now, now + timedelta(seconds=20))


def test_what_cannot_be_written_yet_is_kept_for_the_next_time(now: datetime) -> None:
    troubles.note("database.locked", seconds=20, now=now)

    def refuse(*_: object) -> object:
        raise OperationalError("database is locked")

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        record_troubles(now=now)
    assert record_troubles(now=now) == 1


def _never(_: HttpRequest) -> HttpResponse:
    raise AssertionError
