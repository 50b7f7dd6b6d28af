"""A technician leaves, what runs goes on; who sees it, and who may go on where."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from reachback.access import operations, queries
from reachback.access.errors import MayNotConnect
from reachback.access.tests.conftest import World
from reachback.access.tests.recorded import key
from reachback.audit.models import AuditListing, AuditRow

pytestmark = pytest.mark.django_db

ELSEWHERE = key("another browser").public_line


@pytest.fixture
def made(world: World) -> operations.Connected:
    world.publish()
    found = world.connect(world.open_case())
    _tell(world, found, "opened", 0)
    return found


def _tell(world: World, made: operations.Connected, kind: str, seconds: int) -> None:
    at = int((world.now + timedelta(seconds=seconds)).timestamp() * 1000)
    event = {"id": f"{kind}-{seconds}", "kind": kind, "channel": f"{made.session_id}.1", "at": at}
    operations.record_events(
        now=world.now + timedelta(seconds=seconds), session_id=made.session_id, events=[event]
    )


def _page(world: World, who: str, path: str) -> str:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_shell_left_alone_is_said_to_run_detached_until_somebody_is_back(
    world: World, made: operations.Connected
) -> None:
    tomas = world.actor("tomas")
    assert [each.detached_at for each in queries.live(tomas, world.now)] == [None]
    _tell(world, made, "detached", 60)
    [running] = queries.live(tomas, world.now, world.device.id)
    assert running.detached_at == world.now + timedelta(seconds=60)
    assert running.mine
    for who, path in (
        ("tomas", "/sessions/"),
        ("tomas", f"/devices/{world.device.id}/"),
        ("chen", "/"),
    ):
        page = _page(world, who, path)
        assert "left a shell running" in page
        assert "still running, detached since" in page
    assert "Go on" in _page(world, "tomas", "/sessions/")
    assert "Watch" in _page(world, "maya", "/sessions/")
    _tell(world, made, "returned", 120)
    assert queries.live(tomas, world.now)[0].detached_at is None
    assert "left a shell running" not in _page(world, "tomas", "/sessions/")


def test_the_technician_takes_up_in_another_browser_and_both_sides_know(
    world: World, made: operations.Connected
) -> None:
    ticket = operations.issue_ticket(
        actor=world.actor("tomas"),
        now=world.now,
        session_id=made.session_id,
        key=ELSEWHERE,
        take_up=True,
    )
    answer = operations.redeem(now=world.now, ticket=ticket.ticket, key=ELSEWHERE)
    assert (answer["may"], answer["takes_up"]) == (["open"], True)
    row = AuditRow.objects.get(action="session.taken_up")
    assert AuditListing.objects.filter(row=row).count() == 2
    own = operations.redeem(now=world.now, ticket=made.ticket, key=key("session").public_line)
    assert "takes_up" not in own


@pytest.mark.parametrize("who", ["maya", "aiko", "chen", "ada"])
def test_nobody_else_goes_on_under_the_technicians_grant(
    world: World, made: operations.Connected, who: str
) -> None:
    with pytest.raises(MayNotConnect):
        operations.issue_ticket(
            actor=world.actor(who),
            now=world.now,
            session_id=made.session_id,
            key=ELSEWHERE,
            take_up=True,
        )
    assert not AuditRow.objects.filter(action="session.taken_up").exists()


def test_without_asking_to_take_up_another_browser_only_watches(
    world: World, made: operations.Connected
) -> None:
    client = Client(headers={"accept": "application/json"})
    client.force_login(world.users["tomas"], "allauth.account.auth_backends.AuthenticationBackend")
    for asked, may in (({}, "watch"), ({"take_up": "yes"}, "watch"), ({"take_up": True}, "open")):
        body = json.dumps({"key": ELSEWHERE, **asked})
        answer = client.post(f"/sessions/{made.session_id}/ticket", body, "application/json")
        assert answer.json()["may"] == may


def test_the_session_page_leads_away_and_leaves_what_runs(
    world: World, made: operations.Connected
) -> None:
    page = _page(world, "tomas", f"/sessions/{made.session_id}/")
    assert "data-session-leave" in page
    assert 'href="/cases/' in page
    assert "data-session-take hidden" in page
    assert "data-session-leave" not in _page(world, "chen", f"/sessions/{made.session_id}/")
