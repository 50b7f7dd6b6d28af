"""A session from opened to ended: told in the case, in words nobody typed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reachback.access import judging, operations, queries
from reachback.access.models import AccessSession, Verdict
from reachback.access.recordings import cast, export, folder, story
from reachback.access.recordings.line import Line
from reachback.access.tests.conftest import DEVICE, SYSTEM, World
from reachback.access.tests.recorded import Papers, Recorder
from reachback.access.verifier.verdict import verify
from reachback.cases.models import Case, Entry
from reachback_wire import documents as wire
from reachback_wire import leaves

pytestmark = pytest.mark.django_db


class Kept(Papers):
    """The documents as the server keeps them for one session."""

    def __init__(self, world: World, made: operations.Connected) -> None:
        super().__init__(session=str(made.session_id), organisation=str(world.lotus.id))
        self._contract = wire.seal(world.contract(), self.customer)
        self._grant = wire.Envelope.from_json(made.grant)

    @property
    def contract(self) -> wire.Envelope:
        return self._contract

    @property
    def grant(self) -> wire.Envelope:
        return self._grant


def _event(identity: str, kind: str, made: operations.Connected, **more: Any) -> dict[str, Any]:
    return {"id": identity, "kind": kind, "channel": made.channel, **more}


def _at(world: World, seconds: int) -> int:
    return int((world.now + timedelta(seconds=seconds)).timestamp() * 1000)


@pytest.fixture
def made(world: World) -> operations.Connected:
    world.publish()
    return world.connect(world.open_case())


def _record(world: World, made: operations.Connected, data: Path) -> Recorder:
    recorder = Recorder(Kept(world, made), at=_at(world, 1))
    recorder.start()
    recorder.output("guest@desk:~$ ")
    recorder.typed("cat guestbook.conf", "port = 80800\r\n")
    recorder.hidden()
    recorder.typed("systemctl --user restart guestbook", "")
    recorder.testify(leaves.SIGNALLED, b"INT")
    recorder.end()
    target = data / "recordings" / str(made.session_id) / "16"
    target.mkdir(parents=True)
    (target / "0000.rbs").write_bytes(recorder.files[0])
    return recorder


def _run(world: World, made: operations.Connected, data: Path) -> AccessSession:
    opened = [_event("e1", "opened", made, at=_at(world, 1))]
    operations.record_events(now=world.now, session_id=made.session_id, events=opened)
    _record(world, made, data)
    later = world.now + timedelta(minutes=4)
    ended = [_event("e2", "ended", made, at=_at(world, 200), code="closed")]
    operations.record_events(now=later, session_id=made.session_id, events=ended)
    found: AccessSession = AccessSession.objects.visible_to(SYSTEM).get()
    return found


def test_opened_marks_the_case_and_ended_tells_it(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    operations.record_events(
        now=world.now, session_id=made.session_id, events=[_event("e1", "opened", made)]
    )
    assert Case.objects.visible_to(SYSTEM).get().live_session
    session = _run(world, made, data_folder)
    assert not Case.objects.visible_to(SYSTEM).get().live_session
    entry = Entry.objects.visible_to(SYSTEM).get(kind="session")
    assert (
        "Entered: cat guestbook.conf; systemctl --user restart guestbook; signal INT." in entry.body
    )
    assert "Something was typed unseen once" in entry.body
    assert entry.visible_to_customer
    assert session.words[0].startswith("Tomás Rivera opened a shell on lijiang-frontdesk as guest")
    assert session.words[-1].endswith("ended with exit status 0.")


def test_the_same_events_again_change_nothing(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    _run(world, made, data_folder)
    events = [_event("e1", "opened", made), _event("e2", "ended", made)]
    assert operations.record_events(now=world.now, session_id=made.session_id, events=events) == 0
    assert Entry.objects.visible_to(SYSTEM).filter(kind="session").count() == 1


def test_the_verdict_is_complete_and_unaltered_until_a_byte_changes(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    session = _run(world, made, data_folder)
    chen = world.actor("chen")
    found = judging.verdict(chen, session, world.now)
    assert found is not None
    assert found.sentence.startswith("Complete and unaltered: ")
    file = next(folder.folder(session.id).rglob("*.rbs"))
    file.write_bytes(file.read_bytes().replace(b"80800", b"80808", 1))
    altered = judging.verdict(chen, session, world.now)
    assert altered is not None
    assert not altered.whole
    assert altered.sentence.startswith("Chunk ")
    assert Verdict.objects.count() == 2


def test_the_replay_shows_output_and_the_commands_with_their_times(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    session = _run(world, made, data_folder)
    stories = story.read_all(folder.channels(session.id))
    lines = list(cast.asciicast(stories[0], "desk"))
    assert '"width":100,"height":30' in lines[0]
    assert any("port = 80800" in line for line in lines)
    commands = cast.command_index(stories)["commands"]
    assert [each["text"] for each in commands] == [
        "cat guestbook.conf",
        "systemctl --user restart guestbook",
        "signal INT",
    ]
    assert 0 < commands[0]["at_ms"] < commands[1]["at_ms"]


def test_each_shell_of_a_session_is_replayed_by_itself_and_judged_together(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    first = f"{made.session_id}.1"
    for number in (1, 2):
        opened = {"id": f"o{number}", "kind": "opened", "channel": f"{made.session_id}.{number}"}
        operations.record_events(now=world.now, session_id=made.session_id, events=[opened])
    one = _record(world, made, data_folder)
    second = Recorder(Kept(world, made), number=one.book.number + 1, at=_at(world, 2), tab=2)
    second.book = one.book
    second.start()
    second.output("guest@desk:~$ ")
    second.typed("df -h", "all is well\r\n")
    second.end()
    target = data_folder / "recordings" / str(made.session_id) / "17"
    target.mkdir(parents=True)
    (target / "0000.rbs").write_bytes(second.files[0])
    ended = [{"id": "e1", "kind": "ended", "channel": first, "code": "closed"}]
    operations.record_events(now=world.now, session_id=made.session_id, events=ended)
    session = AccessSession.objects.visible_to(SYSTEM).get()
    assert session.state == "live"  # its second shell goes on
    ended = [{"id": "e2", "kind": "ended", "channel": f"{made.session_id}.2", "code": "closed"}]
    operations.record_events(now=world.now, session_id=made.session_id, events=ended)
    session.refresh_from_db()
    assert session.state == "ended"
    assert any("cat guestbook.conf" in words and "df -h" in words for words in session.words)
    found = judging.verdict(world.actor("chen"), session, world.now)
    assert found is not None
    assert found.sentence.startswith("Complete and unaltered: ")
    client = Client(headers={"accept": "text/html"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(world.users["chen"], backend)
    page = client.get(f"/recordings/{session.id}/?shell=2").content.decode()
    assert 'href="?shell=1"' in page
    assert 'href="?shell=2" data-kind="primary" aria-current="page"' in page
    for query, command in (("", "cat guestbook.conf"), ("?shell=2", "df -h"), ("?shell=x", "cat")):
        told = client.get(f"/recordings/{session.id}/commands{query}").json()
        assert told["commands"][0]["text"].startswith(command)


def test_the_demonstration_alters_a_byte_of_output_and_the_chunk_is_named(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    session = _run(world, made, data_folder)
    exported = judging.exported(world.actor("chen"), session)
    assert exported is not None
    place = export.inside_output(exported.content, folder.channels(session.id))
    altered = bytearray(exported.content)
    altered[place] ^= 1
    verdict = verify(bytes(altered), exported.trust)
    assert verdict.sentence.startswith("Chunk ")
    assert "(output, " in verdict.sentence


def test_a_command_found_in_the_history_is_read_from_the_screen() -> None:
    line = Line()
    line.feed("$ ls\b\b\x1b[Kpwd")
    assert line.text == "$ pwd"
    assert line.feed("\r\n") == ["$ pwd"]
    line.feed("\x1b[?1049h editor")
    assert line.full_screen
    assert line.feed("x\n") == []
    line.feed("\x1b[?1049l")
    assert not line.full_screen


def test_counters_count_what_began(
    world: World, made: operations.Connected, data_folder: Path
) -> None:
    _run(world, made, data_folder)
    day = timedelta(days=1)
    found = queries.counters(world.actor("maya"), since=world.now - day, until=world.now + day)
    assert (found.sessions, found.devices, found.technicians) == (1, 1, 1)
    assert found.average is not None


def test_ending_asks_the_front_to_cut(world: World, made: operations.Connected) -> None:
    assert DEVICE.public_line == world.device.key
    assert operations.end_session(
        actor=world.actor("tomas"), now=world.now, session_id=made.session_id
    )
