"""Every address of access and devices: who may, who may not, and what a page says."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from reachback.access import operations
from reachback.access.tests.conftest import World
from reachback.access.tests.recorded import key
from reachback.access.tests.test_sessions import _run
from reachback.audit.models import AuditRow
from reachback.kernel import clock
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db

EVERYBODY = ("maya", "tomas", "aiko", "ada", "chen", "li", "pat")
PROVIDER = {"maya", "tomas", "aiko", "ada"}


def _client(world: World, who: str) -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def ended(world: World, data_folder: Path) -> str:
    world.publish()
    return str(_run(world, world.connect(world.open_case()), data_folder).id)


def _allowed(world: World, path: str) -> set[str]:
    found = set()
    for who in EVERYBODY:
        answer = _client(world, who).get(path)
        status = answer.status_code
        # The provider's people are sent from the portal's devices to their own pages of them.
        theirs = status == 302 and answer.headers["Location"].startswith("/devices/")
        assert theirs or status in (200, 403, 404), f"{path} answers {who} {status}"
        if status == 200:
            found.add(who)
    return found


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/devices/", PROVIDER),
        ("/devices/{device}/", PROVIDER),
        ("/devices/enrol/new/", {"maya", "tomas", "aiko"}),
        ("/portal/devices/", {*EVERYBODY} - PROVIDER),
        ("/portal/devices/{device}/", {"chen", "li"}),
        ("/access/organisations/{lotus}/contract/", PROVIDER | {"chen"}),
        ("/sessions/", {*EVERYBODY}),
        ("/recordings/{session}/", PROVIDER | {"chen"}),
        ("/recordings/{session}/asciicast", PROVIDER | {"chen"}),
        ("/recordings/{session}/commands", PROVIDER | {"chen"}),
        ("/recordings/{session}/export", PROVIDER | {"chen"}),
        ("/portal/contract/", {"chen", "pat"}),
        ("/portal/contract/publish/", {"chen", "pat"}),
        ("/portal/sessions/", {"chen", "pat"}),
    ],
)
def test_pages_open_for_those_they_are_for(
    world: World, ended: str, path: str, may: set[str]
) -> None:
    names = {"device": world.device.id, "lotus": world.lotus.id, "session": ended}
    full = path.format(**names)
    assert _allowed(world, full) == may
    visitor = Client().get(full)
    assert (visitor.status_code, "/accounts/login/" in visitor.headers["Location"]) == (302, True)


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/access/devices/{device}/connect", "chen"),
        ("/access/devices/{device}/connect", "pat"),
        ("/sessions/{session}/ticket", "pat"),
        ("/sessions/{session}/end", "pat"),
        ("/portal/contract/revoke/", "tomas"),
        ("/portal/contract/allow-again/", "li"),
    ],
)
def test_what_others_may_not_do_is_refused(world: World, ended: str, path: str, who: str) -> None:
    full = path.format(device=world.device.id, session=ended)
    answer = _client(world, who).post(full, {"session_key": "x"}, "application/json")
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/-/front/devices/hello",
        "/-/front/devices/lost",
        "/-/front/devices/reports",
        "/-/front/tickets/redeem",
        "/-/front/sessions/events",
    ],
)
def test_only_the_front_may_ask_as_the_front(world: World, path: str) -> None:
    answer = Client().post(path, {}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-the-front")
    told = Client().post(path, {}, "application/json", headers={"X-Reachback-Front": "5e" * 32})
    assert (told.status_code, told.json()["code"]) == (400, "malformed")


def test_somebody_else_s_session_does_not_exist(world: World, ended: str) -> None:
    page = _client(world, "pat").get(f"/sessions/{ended}/")
    assert page.status_code == 404


def test_looking_at_a_recording_is_itself_recorded(world: World, ended: str) -> None:
    _client(world, "chen").get(f"/recordings/{ended}/")
    _client(world, "chen").get(f"/recordings/{ended}/export")
    actions = AuditRow.objects.filter(action__startswith="recording.")
    assert sorted(actions.values_list("action", flat=True)) == [
        "recording.exported",
        "recording.replayed",
    ]


def test_connect_answers_the_island_in_json(world: World) -> None:
    world.now = clock.now()
    world.publish(world.contract())
    body = {"session_key": world.contract().provider.grant_keys[0], "case": str(world.open_case())}
    client = _client(world, "tomas")
    answer = client.post(f"/access/devices/{world.device.id}/connect", body, "application/json")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert told["channel"]["key"] == f"{told['session']}.1"
    assert told["page"] == f"/sessions/{told['session']}/"
    page = client.get(told["page"])
    assert b"session-data" in page.content
    refused = client.post(
        f"/access/devices/{world.device.id}/connect",
        body | {"run_as": "root"},
        "application/json",
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "parameter-refused")


def test_the_customer_revokes_with_a_button(world: World) -> None:
    world.publish()
    client = _client(world, "chen")
    assert b"Revoke all access" in client.get("/portal/contract/").content
    answer = client.post("/portal/contract/revoke/", {"sure": "on"}, follow=True)
    assert b"Nobody can connect" in answer.content
    again = client.post("/portal/contract/allow-again/", follow=True)
    assert b"The contract applies again" in again.content


def test_a_forged_document_is_refused_with_a_sentence(world: World) -> None:
    world.publish()
    client = _client(world, "chen")
    forged = wire.seal(world.contract(serial=9), key("mallory")).to_json()
    answer = client.post("/portal/contract/publish/", {"document": json.dumps(forged)})
    assert answer.status_code == 400
    assert b"Nothing was changed" in answer.content
    garbage = client.post("/portal/contract/publish/", {"document": "<script>"})
    assert b"<script>\n" not in garbage.content


def test_hostile_device_text_is_escaped_on_every_page(world: World, ended: str) -> None:
    world.device.system = "<img src=x onerror=alert(1)>"
    world.device.save()
    page = _client(world, "tomas").get(f"/devices/{world.device.id}/")
    assert b"<img src=x" not in page.content
    assert b"&lt;img src=x" in page.content


def test_a_session_that_runs_is_watched_from_the_portal(world: World) -> None:
    world.publish()
    made = world.connect(world.open_case())
    events = [{"id": "e", "kind": "opened", "channel": made.channel, "at": 1}]
    operations.record_events(
        now=world.now + timedelta(seconds=1), session_id=made.session_id, events=events
    )
    page = _client(world, "chen").get("/portal/sessions/")
    assert b"is on lijiang-frontdesk now" in page.content
    watching = _client(world, "chen").get(f"/sessions/{made.session_id}/")
    assert b"You are watching" in watching.content
