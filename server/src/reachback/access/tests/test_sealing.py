"""Recordings lie sealed, are read as ever, and say so when their key is lost."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from reachback.access import judging, operations, queries
from reachback.access.errors import RecordsKeyMissing
from reachback.access.models import AccessSession
from reachback.access.recordings import folder, story
from reachback.access.sealing import vault
from reachback.access.tests import sealed
from reachback.access.tests.conftest import SYSTEM, World
from reachback.access.tests.recorded import Recorder
from reachback.access.tests.test_sessions import Kept, _at, _event

pytestmark = pytest.mark.django_db
SECRET = "PLANTED-4711"


@pytest.fixture
def held(world: World, data_folder: Path) -> AccessSession:
    """A session whose shell showed the planted secret; it is over."""
    world.publish()
    made = world.connect(world.open_case())
    opened = [_event("e1", "opened", made, at=_at(world, 1))]
    operations.record_events(now=world.now, session_id=made.session_id, events=opened)
    recorder = Recorder(Kept(world, made), at=_at(world, 1))
    recorder.start()
    recorder.output("guest@desk:~$ ")
    recorder.typed("cat card.txt", f"{SECRET}\r\n" * 900)
    recorder.end()
    path = data_folder / "recordings" / str(made.session_id) / "16" / "0000.rbs"
    sealed.put(path, world.lotus.id, recorder.files[0])
    ended = [_event("e2", "ended", made, at=_at(world, 200), code="closed")]
    operations.record_events(now=world.now, session_id=made.session_id, events=ended)
    found: AccessSession = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    return found


def test_a_sealed_recording_is_replayed_and_judged_as_ever(
    world: World, held: AccessSession
) -> None:
    told = story.read_all(folder.channels(held.id))[0]
    assert any(SECRET in str(each.data) for each in told.moments)
    assert any("cat card.txt" in sentence for sentence in held.words)
    verdict = judging.verdict(world.actor("chen"), held, world.now)
    assert verdict is not None
    assert verdict.sentence.startswith("Complete and unaltered")


def test_no_file_of_the_data_folder_holds_what_was_shown(
    world: World, held: AccessSession, data_folder: Path
) -> None:
    judging.verdict(world.actor("chen"), held, world.now)
    files = [path for path in data_folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".rbs" for path in files)
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_what_was_altered_on_the_disk_is_found(world: World, held: AccessSession) -> None:
    file = next(folder.folder(held.id).rglob("*.rbs"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    verdict = judging.verdict(world.actor("chen"), held, world.now)
    assert verdict is not None
    assert not verdict.whole


def test_a_lost_key_is_said_and_nothing_is_made_in_its_place(
    world: World, held: AccessSession, settings: Settings
) -> None:
    settings.RECORDS_KEY = "11" * 32
    with pytest.raises(RecordsKeyMissing, match="records key"):
        folder.channels(held.id)
    with pytest.raises(RecordsKeyMissing):
        vault.data_key(world.lotus.id)
    client = Client(headers={"host": "localhost"})
    client.force_login(world.users["maya"])
    page = client.get(f"/recordings/{held.id}/")
    assert page.status_code == 200
    assert "cannot be opened" in page.content.decode()
    assert client.get(f"/recordings/{held.id}/export").status_code == 503
    assert queries.recording(world.actor("maya"), held.id) is not None


def test_a_command_may_print_the_key(settings: Settings) -> None:
    settings.RECORDS_KEY = None
    settings.RECORDS_KEY_COMMAND = f"printf {'3c' * 32}"
    assert vault.records_keys().keys == (bytes.fromhex("3c" * 32),)
    settings.RECORDS_KEY_COMMAND = "exit 3"
    with pytest.raises(RecordsKeyMissing):
        vault.records_keys()
