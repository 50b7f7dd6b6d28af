"""Bad input of every kind leaves a row that its customer and the provider's auditor can read."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reachback.access import operations
from reachback.access.errors import AccessRefused, DocumentRefused, TicketRefused
from reachback.access.models import AccessSession
from reachback.access.operations import record_incidents
from reachback.access.tests.conftest import CUSTOMER, SYSTEM, World
from reachback.access.tests.recorded import key
from reachback.audit import queries as audit
from reachback.audit.models import AuditRow
from reachback.audit.queries import Search
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\x1b[2J"


def seen_by(world: World, action: str, *people: str) -> AuditRow:
    """The newest row of this action; it is in the logs of these people, and not in Pat's."""
    for name in people:
        rows = audit.search(world.actor(name), Search(action=action)).rows
        assert rows, f"{name} does not see {action}"
    assert not audit.search(world.actor("pat"), Search(action=action)).rows
    newest: AuditRow = AuditRow.objects.filter(action=action).order_by("-id")[0]
    assert newest.data["sentence"]
    return newest


def incident(kind: str, **more: Any) -> dict[str, Any]:
    said = {"id": f"i-{kind}", "kind": kind, "code": kind, "sentence": "Why.", "count": 1}
    return said | {"remote": "203.0.113.9", "leg": "device"} | more


@pytest.mark.parametrize("forgery", ["unknown-key", "contract-rollback", "malformed"])
def test_a_forged_rolled_back_or_malformed_contract_is_in_the_log(
    world: World, forgery: str
) -> None:
    world.publish(world.contract(serial=2))
    document: object = {
        "unknown-key": wire.seal(world.contract(serial=3), key("mallory")).to_json(),
        "contract-rollback": wire.seal(world.contract(serial=1), CUSTOMER).to_json(),
        "malformed": "{",
    }[forgery]
    with pytest.raises(DocumentRefused) as refused:
        operations.publish_contract(
            actor=world.actor("chen"),
            now=world.now,
            organisation_id=world.lotus.id,
            document=document,
        )
    assert refused.value.code == forgery
    row = seen_by(world, "contract.document_refused", "chen", "ada")
    assert (row.data["code"], row.data["kind"]) == (forgery, "contract")


@pytest.mark.parametrize("kind", ["keyset", "statement", "narrowing"])
def test_other_documents_that_do_not_hold_are_in_the_log(world: World, kind: str) -> None:
    world.publish()
    publish = {
        "keyset": operations.publish_keyset,
        "statement": operations.publish_statement,
        "narrowing": operations.publish_narrowing,
    }[kind]
    with pytest.raises(DocumentRefused):
        publish(
            actor=world.actor("chen"), now=world.now, organisation_id=world.lotus.id, document={}
        )
    assert seen_by(world, "contract.document_refused", "chen", "ada").data["kind"] == kind


def test_an_expired_contract_admits_nobody_and_says_so(world: World) -> None:
    ends = int(world.now.timestamp() * 1000) + 60_000
    world.publish(world.contract(expires=ends))
    case_id = world.open_case()
    later = world.now + timedelta(minutes=2)
    request = operations.ConnectRequest(
        device_id=world.device.id,
        case_id=case_id,
        session_key=key("session").public_line,
        run_as="guest",
    )
    with pytest.raises(AccessRefused) as refused:
        operations.connect(actor=world.actor("tomas"), now=later, request=request)
    row = seen_by(world, "session.refused", "chen", "ada")
    assert row.data["code"] == refused.value.code == "contract-expired"


def test_a_wish_wider_than_the_contract_is_refused_and_in_the_log(world: World) -> None:
    world.publish()
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case(), run_as="root")
    row = seen_by(world, "session.refused", "chen", "ada")
    assert row.data["code"] == refused.value.code


@pytest.mark.parametrize("wrong", ["ticket-spent", "ticket-expired", "ticket-key"])
def test_a_replayed_late_or_stolen_ticket_is_in_the_log(world: World, wrong: str) -> None:
    world.publish()
    made = world.connect(world.open_case())
    line, now = key("session").public_line, world.now
    if wrong == "ticket-spent":
        operations.redeem(now=now, ticket=made.ticket, key=line)
    elif wrong == "ticket-expired":
        now += timedelta(seconds=31)
    else:
        line = key("thief").public_line
    with pytest.raises(TicketRefused) as refused:
        operations.redeem(now=now, ticket=made.ticket, key=line)
    assert refused.value.code == wrong
    row = seen_by(world, "session.ticket_refused", "chen", "ada")
    assert (row.data["code"], row.subject_id) == (wrong, str(made.session_id))
    again = incident("link-refused", code=wrong, leg="browser")
    assert record_incidents(now=now, incidents=[again]) == 1
    assert not AuditRow.objects.filter(action="link.refused").exists()


@pytest.mark.parametrize("by", ["front", "device"])
def test_a_refused_open_says_who_refused_it(world: World, by: str) -> None:
    world.publish()
    made = world.connect(world.open_case())
    sentence = "This OPEN was used before."
    event = {"id": "e1", "kind": "refused", "code": "replayed", "sentence": sentence, "by": by}
    operations.record_events(now=world.now, session_id=made.session_id, events=[event])
    row = seen_by(world, f"session.refused_by_{by}", "chen", "ada")
    assert (row.data["code"], row.data["sentence"]) == ("replayed", sentence)


def test_a_full_disk_under_the_recorder_stands_in_the_log_and_ends_the_session(
    world: World,
) -> None:
    world.publish()
    made = world.connect(world.open_case())
    at = int(world.now.timestamp() * 1000)
    sentence = "The recording could not be written: No space left on device."
    failed = {"kind": "recorder-failed", "channel": made.channel, "sentence": sentence, "at": at}
    events = [
        {"id": "e1", "kind": "opened", "channel": made.channel, "at": at},
        {"id": "e2", **failed},
        {"id": "e3", **failed, "kind": "ended", "code": "recorder-failed"},
    ]
    operations.record_events(now=world.now, session_id=made.session_id, events=events)
    row = seen_by(world, "session.recorder_failed", "chen", "ada")
    assert row.data["sentence"] == sentence
    session = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    assert (session.state, session.words[-1]) == ("ended", sentence)


def test_a_broken_protocol_stands_in_the_log_of_the_device_s_customer(world: World) -> None:
    told = [incident("peer-at-fault", code="malformed", device=str(world.device.id), count=3)]
    assert record_incidents(now=world.now, incidents=told) == 1
    assert record_incidents(now=world.now, incidents=told) == 0
    row = seen_by(world, "link.protocol_broken", "chen", "ada")
    assert (row.data["code"], row.data["count"]) == ("malformed", 3)
    assert row.subject_label == "lijiang-frontdesk"


def test_a_stranger_stands_in_the_provider_s_log_only(world: World) -> None:
    told = [incident("link-refused", code="unknown-key", sentence=HOSTILE)]
    record_incidents(now=world.now, incidents=told)
    row = seen_by(world, "link.refused", "ada")
    assert not audit.search(world.actor("chen"), Search(action="link.refused")).rows
    assert "\x1b" not in row.data["sentence"]
    browser = Client()
    browser.force_login(world.users["ada"])
    page = browser.get("/audit/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_an_outage_of_the_web_process_stands_in_the_logs_of_whose_sessions_went_on(
    world: World,
) -> None:
    world.publish()
    made = world.connect(world.open_case())
    until = int(world.now.timestamp() * 1000)
    told = incident(
        "web-down", since=until - 9_000, until=until, count=7, sessions=[str(made.session_id)]
    )
    record_incidents(now=world.now, incidents=[told])
    row = seen_by(world, "web.was_down", "chen", "ada")
    assert (row.data["count"], row.data["since"][:19]) == (7, "2026-11-22T03:59:51")


def test_what_is_no_incident_is_dropped(world: World) -> None:
    strange: list[Any] = [None, 7, {"id": "x"}, {"kind": "peer-at-fault"}, {"id": 1, "kind": "x"}]
    assert record_incidents(now=world.now, incidents=strange) == 0
