"""Opening a target's web page: chosen, joined, entered by its technician alone, told in words."""

import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from reachback.access import operations
from reachback.access.models import AccessSession, LinkTicket, SessionChannel
from reachback.access.operations import Connected, ConnectRequest
from reachback.access.recordings import tunnels, words
from reachback.access.tests.conftest import SYSTEM, Front, World
from reachback.audit.models import AuditRow
from reachback_wire import documents as wire
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db
TILL = "till-3.hotel.example:80"
OTHER = "printer.hotel.example:80"


@pytest.fixture(autouse=True)
def _named(settings: Settings) -> None:
    settings.TUNNEL_HOSTS = "page-*.localhost"


def _client(world: World, who: str) -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return client


def _publish(world: World) -> None:
    clauses = [
        wire.Clause(
            number,
            (wire.Capability("tunnel", (target,)),),
            wire.Who(teams=(team,)),
            case_required=True,
        )
        for number, target, team in ((1, TILL, "Remote team"), (2, OTHER, "Nobody's team"))
    ]
    world.publish(world.contract(clauses=tuple(clauses)))


@pytest.fixture
def made(world: World) -> Connected:
    _publish(world)
    return operations.connect(
        actor=world.actor("tomas"),
        now=world.now,
        request=ConnectRequest(
            device_id=world.device.id,
            session_key=PrivateKey.generate().public_line,
            case_id=world.open_case(),
            capability="tunnel",
            target=TILL,
            in_browser=True,
        ),
    )


def _session(made: Connected) -> AccessSession:
    found: AccessSession = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    return found


def _tell(
    world: World, made: Connected, kind: str, channel: int = 1, *, after: int = 0, **more: Any
) -> None:
    """The front's word, `after` seconds."""
    event = {"id": f"{kind}-{channel}-{more.get('code')}", "kind": kind, **more}
    event |= {"channel": f"{made.session_id}.{channel}"} if channel else {}
    now = world.now + timedelta(seconds=after)
    operations.record_events(now=now, session_id=made.session_id, events=[event])


def test_the_targets_a_contract_names_are_offered_with_what_it_says(world: World) -> None:
    _publish(world)
    world.open_case()
    page = _client(world, "tomas").get(f"/access/devices/{world.device.id}/pages/")
    text = unescape(page.content.decode())
    assert f'data-target="{TILL}"' in text
    assert f'data-target="{OTHER}"' not in text
    assert OTHER in text
    assert f"You may connect to {TILL}" in text


def test_without_names_for_pages_none_is_offered_or_joined(
    world: World, settings: Settings
) -> None:
    settings.TUNNEL_HOSTS = ""
    _publish(world)
    case = world.open_case()
    client = _client(world, "tomas")
    page = client.get(f"/access/devices/{world.device.id}/pages/")
    assert "data-target=" not in page.content.decode()
    device = client.get(f"/devices/{world.device.id}/").content.decode()
    assert "Open a page" not in device
    asked = {"session_key": "ssh-ed25519 x", "case": str(case), "capability": "tunnel"}
    answer = client.post(
        f"/access/devices/{world.device.id}/connect",
        json.dumps(asked | {"target": TILL}),
        content_type="application/json",
    )
    assert answer.json()["code"] == "no-tunnel-hosts"


def test_connect_keeps_the_target_and_hands_out_a_ticket_of_thirty_seconds(
    world: World, made: Connected
) -> None:
    session = _session(made)
    assert (session.target, session.in_browser, session.run_as) == (TILL, True, "")
    ticket = LinkTicket.objects.get(session_id=made.session_id)
    assert ticket.expires_at - ticket.issued_at == timedelta(seconds=30)


def test_the_sessions_page_has_what_it_needs_to_sign(world: World, made: Connected) -> None:
    client = _client(world, "tomas")
    text = client.get(f"/sessions/{made.session_id}/").content.decode()
    data = json.loads(text.split('id="session-data" type="application/json">')[1].split("<")[0])
    assert data["mode"] == "open"
    assert data["channel"]["parameters"] == {"target": TILL}
    assert data["open_url"] == f"/sessions/{made.session_id}/page"
    assert data["grant"] is not None
    assert "data-tunnel-open" in text


def test_somebody_else_sees_the_session_and_cannot_open_its_page(
    world: World, made: Connected
) -> None:
    client = _client(world, "maya")
    text = client.get(f"/sessions/{made.session_id}/").content.decode()
    assert "data-tunnel-open" not in text
    assert client.post(f"/sessions/{made.session_id}/page").status_code == 403
    assert _client(world, "chen").post(f"/sessions/{made.session_id}/page").status_code == 403


def test_its_technician_gets_an_address_good_once_and_it_is_audited(
    world: World, made: Connected, front: Front
) -> None:
    address = {"host": "page-abc.localhost", "path": "/-/reachback/enter/t1"}
    front.answers["/origin"] = address
    client = _client(world, "tomas")
    answer = client.post(f"/sessions/{made.session_id}/page", headers={"host": "localhost:8700"})
    assert answer.json() == {"url": "http://page-abc.localhost:8700/-/reachback/enter/t1"}
    asked = {"person": str(world.users["tomas"].id), "target": TILL}
    assert front.told("/origin") == [asked]
    assert AuditRow.objects.filter(action="session.page_opened").exists()


def test_the_session_lives_on_between_connections(world: World, made: Connected) -> None:
    _tell(world, made, "opened")
    _tell(world, made, "ended", code="ended", sentence="The connection has ended.")
    assert _session(made).state == "live"
    _tell(world, made, "opened", 2)
    _tell(world, made, "ended", 2, code="closed", sentence="No longer needed.")
    assert _session(made).state == "live"
    assert AuditRow.objects.filter(action="session.started").count() == 1


def test_it_ends_with_end_and_is_told_in_words(world: World, made: Connected, front: Front) -> None:
    _tell(world, made, "opened")
    operations.end_session(actor=world.actor("tomas"), now=world.now, session_id=made.session_id)
    code = front.told("/cut")[0]["code"]
    assert code == "session-ended"
    _tell(world, made, "ended", code=code, sentence="Tomás Rivera ended the session.")
    session = _session(made)
    assert session.state == "ended"
    assert f"opened {TILL} through" in session.words[0]
    assert "1 connection carried" in session.words[1]


def test_it_ends_when_its_tab_was_closed_long_ago(world: World, made: Connected) -> None:
    _tell(world, made, "opened")
    _tell(world, made, "ended", code="closed", sentence="No longer needed.")
    _tell(world, made, "left", 0, after=300, code="left", sentence="Its page was closed.")
    session = _session(made)
    assert session.state == "ended"
    assert session.words[0].startswith("Tomás")
    assert session.words[-1] == "It lasted 5 min 0 s."


def test_a_tunnel_is_told_by_the_devices_own_count(world: World, made: Connected) -> None:
    for number, (there, back) in enumerate(((100, 2_000), (5, 70)), start=1):
        SessionChannel.objects.create(
            session=_session(made),
            key=f"{made.session_id}.{number}",
            kind="tunnel",
            opened_at=world.now,
            account={
                "how": "ended",
                "to_target": {"bytes": there, "sha256": ""},
                "from_target": {"bytes": back, "sha256": ""},
            },
        )
    about = words.Session(
        technician="Tomás Rivera",
        device="frontdesk",
        run_as="",
        clause=1,
        zone="Asia/Shanghai",
        started=world.now,
        ended=world.now + timedelta(seconds=75),
    )
    told = SessionChannel.objects.values_list("account", flat=True)
    found = tunnels.sentences(about, TILL, list(told))
    assert "2 connections carried 105 bytes there and 2070 bytes back." in found
    assert "It lasted 1 min 15 s." in found


def test_signing_out_makes_what_was_handed_out_void(
    world: World, front: Front, django_capture_on_commit_callbacks: object
) -> None:
    client = _client(world, "tomas")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client.logout()
    assert front.told("/streams/end") == [{"audience": [f"user:{world.users['tomas'].id}"]}]


def test_the_replay_lists_connections_and_shows_nothing_the_target_sent(
    world: World, made: Connected
) -> None:
    _tell(world, made, "opened")
    _tell(world, made, "ended", code="session-ended", sentence="Ended.")
    SessionChannel.objects.update(
        account={
            "how": "<b>ended</b>",
            "to_target": {"bytes": 321, "sha256": "sha256:aa"},
            "from_target": {"bytes": 4_567, "sha256": "sha256:bb"},
        }
    )
    page = _client(world, "tomas").get(f"/recordings/{made.session_id}/").content.decode()
    assert "sha256:aa" in page
    assert "sha256:bb" in page
    assert "<b>ended" not in page
    assert "replay-player" not in page
