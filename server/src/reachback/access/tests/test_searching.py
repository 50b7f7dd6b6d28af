"""Recordings are found by person, device, case, period and by what was entered."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from reachback.access import operations
from reachback.access.errors import BadSearch, MayNotSearchRecords
from reachback.access.models import AccessSession, CommandRow
from reachback.access.searching import filters, finding, index
from reachback.access.tests import sealed
from reachback.access.tests.conftest import SYSTEM, World
from reachback.access.tests.recorded import Recorder
from reachback.access.tests.test_sessions import Kept, _at, _event
from reachback.audit.models import AuditListing, AuditRow

pytestmark = pytest.mark.django_db


def hold(world: World, data: Path, *commands: str, minutes: int = 0) -> AccessSession:
    """A session in which these commands were entered; it is over."""
    made = world.connect(world.open_case())
    opened = [_event(f"o{minutes}", "opened", made, at=_at(world, minutes * 60 + 1))]
    operations.record_events(now=world.now, session_id=made.session_id, events=opened)
    recorder = Recorder(Kept(world, made), at=_at(world, minutes * 60 + 1))
    recorder.start()
    recorder.output("guest@desk:~$ ")
    for command in commands:
        recorder.typed(command, "")
    recorder.end()
    path = data / "recordings" / str(made.session_id) / "16" / "0000.rbs"
    sealed.put(path, world.lotus.id, recorder.files[0])
    ended = [_event(f"e{minutes}", "ended", made, at=_at(world, minutes * 60 + 50), code="closed")]
    operations.record_events(now=world.now, session_id=made.session_id, events=ended)
    found: AccessSession = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    return found


@pytest.fixture
def two(world: World, data_folder: Path) -> tuple[AccessSession, AccessSession]:
    """The repair of the guest book, and an hour later a look at the disk."""
    index.forget()
    world.publish()
    repair = hold(world, data_folder, "cat guestbook.conf", "systemctl restart guestbook")
    return repair, hold(world, data_folder, "df -h", "systemctl status nginx", minutes=60)


def search(world: World, text: str, name: str = "ada") -> list[Any]:
    page = finding.find(world.actor(name), filters.parse(text))
    return [each.session.id for each in page.found]


def test_words_are_found_in_one_line_whatever_their_case(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    repair, disk = two
    assert search(world, "SYSTEMCTL") == [disk.id, repair.id]
    assert search(world, "systemctl restart") == [repair.id]
    assert search(world, '"systemctl restart"') == [repair.id]
    assert search(world, "cat restart") == []
    found = finding.find(world.actor("ada"), filters.parse("restart")).found
    assert [line.text for line in found[0].lines] == ["systemctl restart guestbook"]
    assert found[0].lines[0].at_ms > 0


def test_person_device_case_and_period_narrow_it(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    repair, disk = two
    assert repair.case is not None
    for text, wanted in (
        ("who:tomás", [disk.id, repair.id]),
        ("who:aiko", []),
        ("device:frontdesk site:lijiang customer:lotus", [disk.id, repair.id]),
        (f"case:{repair.case.number}", [repair.id]),
        (f"case:#{repair.case.number} df", []),
        ("since:2026-11-22", [disk.id, repair.id]),
        ("until:2026-11-21", []),
        ("since:2026-11-23 systemctl", []),
    ):
        assert search(world, text) == wanted, text


def test_the_customer_finds_its_own_and_nobody_elses(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    assert len(search(world, "systemctl", "chen")) == 2
    assert search(world, "systemctl", "pat") == []
    assert search(world, "", "pat") == []


def test_what_was_entered_lies_sealed_in_the_database(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    rows = list(CommandRow.objects.visible_to(SYSTEM))
    assert len(rows) == 2
    assert all(b"systemctl" not in bytes(row.sealed) for row in rows)


def test_a_row_of_another_session_or_an_altered_one_finds_nothing(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    repair, disk = two
    rows = CommandRow.objects.visible_to(SYSTEM)
    stolen = rows.get(session=repair).sealed
    rows.filter(session=disk).update(sealed=stolen, written_at=world.now + timedelta(hours=1))
    assert search(world, "systemctl") == [repair.id]


def test_what_is_new_is_found_and_what_is_gone_is_not(
    world: World, two: tuple[AccessSession, AccessSession], data_folder: Path
) -> None:
    repair, disk = two
    assert search(world, "systemctl") == [disk.id, repair.id]
    third = hold(world, data_folder, "systemctl stop nginx", minutes=120)
    assert search(world, "systemctl") == [third.id, disk.id, repair.id]
    CommandRow.objects.visible_to(SYSTEM).filter(session=disk).delete()
    assert search(world, "systemctl") == [third.id, repair.id]


def browser(world: World, name: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(world.users[name])
    return client


def test_the_page_shows_what_fits_and_writes_down_who_looked(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    repair, _disk = two
    page = browser(world, "ada").get("/recordings/", {"q": "restart device:frontdesk"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "systemctl restart guestbook" in text
    assert f"/recordings/{repair.id}/?shell=1" in text
    row = AuditRow.objects.get(action="recording.searched")
    assert row.actor_name == "Ada Auditor"
    assert row.data["searched"] == "restart device:frontdesk"
    logs = set(AuditListing.objects.filter(row=row).values_list("organisation_id", flat=True))
    assert logs == {world.provider.id, world.lotus.id}


def test_the_customers_page_is_in_the_portal(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    page = browser(world, "chen").get("/portal/recordings/", {"q": "restart"})
    assert "systemctl restart guestbook" in page.content.decode()
    assert browser(world, "li").get("/portal/recordings/").status_code == 403


def test_a_technician_does_not_look_through_recordings(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    assert browser(world, "tomas").get("/recordings/").status_code == 403
    assert browser(world, "tomas").get("/recordings/?q=systemctl").status_code == 403
    with pytest.raises(MayNotSearchRecords):
        operations.note_search(
            actor=world.actor("tomas"), now=world.now, searched="x", found=0, organisation_ids=()
        )


def test_without_the_key_the_page_says_so(
    world: World, two: tuple[AccessSession, AccessSession], settings: Settings
) -> None:
    index.forget()
    settings.RECORDS_KEY = "11" * 32
    page = browser(world, "ada").get("/recordings/", {"q": "restart"})
    assert page.status_code == 400
    assert "the key that opens it is missing" in page.content.decode()


def test_a_replay_begins_at_the_line_that_was_found(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    repair, _disk = two
    text = browser(world, "ada").get(f"/recordings/{repair.id}/?at=2000").content.decode()
    assert '"begin_ms": 2000' in text
    assert (
        '"begin_ms": 0'
        in browser(world, "ada").get(f"/recordings/{repair.id}/?at=x").content.decode()
    )


def test_the_asciicast_is_downloaded_and_that_is_written_down(
    world: World, two: tuple[AccessSession, AccessSession]
) -> None:
    repair, _disk = two
    answer = browser(world, "ada").get(f"/recordings/{repair.id}/asciicast?download=1")
    assert ".cast" in answer["Content-Disposition"]
    assert b"".join(answer).startswith(b'{"version":2')
    assert AuditRow.objects.filter(action="recording.downloaded").count() == 1


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("curl http://x:80/ who:tomas", ["", "", "who"]),
        ('"two words" case:#7', ["", "case"]),
        ("foo: when:now", ["", ""]),
        ("", []),
    ],
)
def test_only_our_own_keys_are_keys(text: str, keys: list[str]) -> None:
    terms = filters.parse(text)
    assert [term.key for term in terms] == keys
    assert filters.parse(" ".join(term.text() for term in terms)) == terms


@pytest.mark.parametrize(
    "text", ["who:", 'say "hi', "case:front", "since:yesterday", "x " * 21, "x" * 401]
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadSearch):
        filters.parse(text)


def test_older_recordings_are_on_the_next_page(
    world: World, two: tuple[AccessSession, AccessSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    repair, disk = two
    monkeypatch.setattr(finding, "PAGE", 1)
    for text in ("", "systemctl"):
        first = finding.find(world.actor("ada"), filters.parse(text))
        assert [each.session.id for each in first.found] == [disk.id]
        second = finding.find(world.actor("ada"), filters.parse(text), before=first.older)
        assert [each.session.id for each in second.found] == [repair.id]
        assert second.older is None
    page = browser(world, "ada").get("/recordings/").content.decode()
    older = re.search(r'href="([^"]*before=[^"]*)"', page)
    assert older is not None
    assert str(repair.id) in browser(world, "ada").get(unescape(older[1])).content.decode()
