"""The sessions' files: whole after a kill at any moment, gone when forgotten."""

import io
import json
from pathlib import Path

from reachback_gateway.journal import Journal
from reachback_gateway.links.session import Seat, Session
from reachback_gateway.links.store import Store


def _store(folder: Path) -> Store:
    store = Store(folder)
    store.prepare()
    return store


def _session(opened: int) -> Session:
    return Session("s1", "dev-1", {"key": Seat("key", {"may": ["open"]})}, opened=opened)


async def test_a_change_outlives_a_front_killed_before_the_disk_was_asked(tmp_path: Path) -> None:
    store, journal = _store(tmp_path), Journal(io.StringIO())
    store.save_soon(_session(1), journal)
    await store.saved()
    store.save_soon(_session(2), journal)  # its settling has not begun: nothing was awaited
    (found,) = _store(tmp_path).load_sessions()
    assert found.opened == 2
    await store.saved()


async def test_half_a_file_of_a_killed_front_leaves_the_older_one(tmp_path: Path) -> None:
    store = _store(tmp_path)
    store.save_soon(_session(1), Journal(io.StringIO()))
    await store.saved()
    (tmp_path / "sessions" / "s1.7.aside").write_text('{"session": "s1", "dev')
    (found,) = _store(tmp_path).load_sessions()
    assert found.opened == 1
    assert [path.name for path in (tmp_path / "sessions").iterdir()] == ["s1.json"]


async def test_the_newest_of_many_changes_stays_and_nothing_beside_it(tmp_path: Path) -> None:
    store, journal = _store(tmp_path), Journal(io.StringIO())
    for opened in range(1, 30):
        store.save_soon(_session(opened), journal)
    await store.saved()
    (path,) = (tmp_path / "sessions").iterdir()
    assert json.loads(path.read_text())["opened"] == 29


async def test_a_session_forgotten_while_it_is_written_stays_forgotten(tmp_path: Path) -> None:
    store, journal = _store(tmp_path), Journal(io.StringIO())
    store.save_soon(_session(1), journal)
    store.remove_session("s1")
    await store.saved()
    assert list((tmp_path / "sessions").iterdir()) == []


async def test_a_disk_that_takes_nothing_is_logged(tmp_path: Path) -> None:
    log = io.StringIO()
    store = Store(tmp_path / "nowhere")
    store.save_soon(_session(1), Journal(log))
    assert json.loads(log.getvalue())["event"] == "session.not_saved"
