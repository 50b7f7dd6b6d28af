"""Fixtures for every test of the server: a data folder of its own, the time, facts delivered."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from reachback.kernel import worker


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
    return tmp_path


@pytest.fixture
def now() -> datetime:
    """Return a fixed instant: Sunday 22 November 2026, 04:00 UTC."""
    return datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def deliver_due() -> Callable[[datetime], int]:
    """Return a function that delivers facts and fires timers due at an instant, in this thread."""
    return lambda at: worker.run_due(now=at)
