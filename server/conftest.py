"""Fixtures for every test of the server: a data folder of its own, the time, facts delivered."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker, Settings

from reachback.kernel import clock, worker

VAR = Path(__file__).resolve().parent.parent / "var" / "tests"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Keep the copy we made: a cluster goes with its run, a file with its folder."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> None:
    """Give each worker of a run a database of its own, copied from one migrated once.

    SQLite's is a file, as an installation's; its pattern is kept in ``var`` for later runs, named
    by the digest of every migration. PostgreSQL's pattern is made once per run.
    """
    connection = connections["default"]
    worker_name = os.environ.get("PYTEST_XDIST_WORKER", "")
    run = tmp_path_factory.getbasetemp().parent if worker_name else tmp_path_factory.getbasetemp()
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        pattern = VAR / f"migrated-{_migrations_digest()}.sqlite3"
        with _alone(VAR / "migrating.lock"), django_db_blocker.unblock():
            if not pattern.exists():
                unfinished = pattern.with_suffix(".unfinished")
                unfinished.unlink(missing_ok=True)
                _migrate(connection, str(unfinished))
                unfinished.rename(pattern)
        test["NAME"] = str(run / f"test{worker_name}.sqlite3")
        shutil.copyfile(pattern, test["NAME"])
    else:
        pattern_name = f"test_pattern_{run.name}".replace("-", "_")
        with _alone(run / "migrating.lock"), django_db_blocker.unblock():
            if not (run / "migrated").exists():
                _migrate(connection, pattern_name)
                (run / "migrated").touch()
        test["NAME"] = f"test_{run.name}_{worker_name}".replace("-", "_")
        test["TEMPLATE"] = pattern_name


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a file lock between the workers of a run."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _migrate(connection: BaseDatabaseWrapper, name: str) -> None:
    """Make a database with every migration applied and let it go again."""
    installed = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(name)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = installed


def _migrations_digest() -> str:
    """Return a digest over the text of every migration that is installed."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda each: each.label):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> Path:
    """Give each test a data folder, sockets and secret of its own, and strict transactions."""
    settings.REACHBACK_DATA = tmp_path
    settings.REACHBACK_STRICT = True
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    settings.WEB_SOCKET = run / "web.sock"
    settings.FRONT_SOCKET = run / "front.sock"
    settings.ADMIN_SOCKET = run / "admin.sock"
    settings.FRONT_SECRET = run / "front.secret"
    settings.FRONT_SECRET.write_text("5e" * 32, "ascii")
    settings.RECORDS_KEY = "7e" * 32
    return tmp_path


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Return a fixed instant, Sunday 22 November 2026, 04:00 UTC; the test's clock stands there.

    Else what a test wrote at this instant would have run out on some later day.
    """
    instant = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: instant)
    return instant


@pytest.fixture
def deliver_due() -> Callable[[datetime], int]:
    """Return a function that delivers facts and fires timers due at an instant, in this thread."""
    return lambda at: worker.run_due(now=at)
