"""Setting up an installation: once, on the machine, never from the web."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each runs every migration in a process of its own
WORDS = ["--provider", "Northstar", "--name", "Maya", "--email", "maya@northstar.example"]


def setup(data: Path, password: str = "a long enough secret") -> subprocess.CompletedProcess[str]:
    """Run the command as somebody at the machine would."""
    environment = {k: v for k, v in os.environ.items() if k != "REACHBACK_DATABASE_URL"}
    environment |= {"REACHBACK_DATA": str(data), "REACHBACK_SETUP_PASSWORD": password}
    return subprocess.run(
        [sys.executable, "-m", "reachback.config.cli", "setup", *WORDS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_setup_makes_provider_and_administrator_once(tmp_path: Path) -> None:
    first = setup(tmp_path / "data")
    assert first.returncode == 0, first.stderr
    with sqlite3.connect(tmp_path / "data" / "reachback.sqlite3") as database:
        rows = database.execute("select email, name from people_user").fetchall()
    database.close()
    assert rows == [("maya@northstar.example", "Maya")]
    again = setup(tmp_path / "data")
    assert again.returncode == 1
    assert "already" in again.stderr


def test_a_weak_password_is_refused_with_the_reason(tmp_path: Path) -> None:
    refused = setup(tmp_path / "data", password="secret")
    assert refused.returncode == 1
    assert "short" in refused.stderr
