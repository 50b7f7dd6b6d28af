"""The embedded database has one owner; others ask it through the admin socket, or wait."""

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from reachback.config import manage
from reachback.kernel import admin
from reachback.kernel.admin import AdminFailed, AdminUnavailable
from reachback.kernel.database import backup, owner
from reachback.kernel.database.backup import BackupRefused


@pytest.fixture
def served(settings: Settings) -> Iterator[Path]:
    path = Path(settings.ADMIN_SOCKET)
    server = admin.serve(path)
    yield path
    server.shutdown()
    server.server_close()


def test_a_second_owner_is_refused_until_the_first_goes(tmp_path: Path) -> None:
    with owner.take(tmp_path), pytest.raises(owner.AlreadyOwned):
        owner.take(tmp_path)
    owner.take(tmp_path).release()


def test_a_killed_owner_leaves_no_lock_behind(tmp_path: Path) -> None:
    hold = "import sys,pathlib; from reachback.kernel.database import owner; "
    hold += "o = owner.take(pathlib.Path(sys.argv[1])); print('mine', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(owner.AlreadyOwned):
            owner.take(tmp_path)
        other.kill()
    owner.take(tmp_path, patience=60).release()


def test_a_request_is_answered_by_its_handler(served: Path) -> None:
    admin.handle("tests.double", lambda request: {"twice": request["number"] * 2})
    assert admin.request(served, "tests.double", number=21) == {"twice": 42}
    assert served.stat().st_mode & 0o777 == 0o600


def test_failures_come_back_as_sentences(served: Path) -> None:
    admin.handle("tests.stumble", lambda request: {"never": 1 // request["number"]})
    with pytest.raises(AdminFailed, match="ZeroDivisionError"):
        admin.request(served, "tests.stumble", number=0)
    with pytest.raises(AdminFailed, match="does not know"):
        admin.request(served, "tests.nothing")


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b"{\n", b'{"kind": 7}\n', b"\xff\xfe\n", b"7\n"])
def test_malformed_requests_are_refused_and_the_socket_lives_on(served: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(served))
        peer.sendall(line)
        with peer.makefile("rb") as lines:
            assert b'"sentence"' in lines.readline()
    admin.handle("tests.alive", lambda _request: {"yes": True})
    assert admin.request(served, "tests.alive") == {"yes": True}


def test_another_users_process_is_refused(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = admin._CREDENTIALS.pack(1, 54_321, 54_321)
    monkeypatch.setattr(socket.socket, "getsockopt", lambda *_: stranger)
    with pytest.raises(AdminFailed, match="Only the user Reachback runs as"):
        admin.request(served, "manage", arguments=["check"])


def test_nobody_listening_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(AdminUnavailable):
        admin.request(tmp_path / "none.sock", "manage")


@pytest.fixture
def own_database(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "reachback.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE note (words TEXT)")
        connection.execute("INSERT INTO note VALUES ('kept')")
    connection.close()
    one = {"ENGINE": "reachback.kernel.database.sqlite3", "NAME": str(path)}
    monkeypatch.setitem(settings.DATABASES, "default", one)
    return path


def test_a_backup_is_a_whole_private_database(own_database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert backup.backup(copy) == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT words FROM note").fetchall() == [("kept",)]
    connection.close()


def test_a_backup_never_overwrites(own_database: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("precious")
    with pytest.raises(BackupRefused, match="cannot be written"):
        backup.backup(taken)
    assert taken.read_text() == "precious"


def test_the_backup_command_asks_the_owner_while_it_runs(
    own_database: Path,
    served: Path,
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manage.serve_requests()
    with owner.take(Path(settings.REACHBACK_DATA)):
        assert manage.backup([str(tmp_path / "live.sqlite3")]) == 0
    assert manage.backup([str(tmp_path / "idle.sqlite3")]) == 0
    assert capsys.readouterr().out.count("bytes") == 2


def test_commands_run_inside_the_owner_and_terminals_are_refused(
    own_database: Path, served: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    manage.serve_requests()
    with owner.take(Path(settings.REACHBACK_DATA)):
        assert manage.main(["sqlsequencereset", "nowhere"]) == 1
        assert "nowhere" in capsys.readouterr().err
        with pytest.raises(manage.NotWhileRunning, match="Stop Reachback first"):
            manage.main(["shell"])
