"""Approvals: asked, signed, refused, withdrawn, run out; and what opens nothing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from reachback.access import operations, queries
from reachback.access.approvals import answering, asking, keys, requests, rota, waking
from reachback.access.approvals.errors import (
    KeyRefused,
    MayNotAnswer,
    NoSuchApproval,
    NotWaiting,
    QueueFull,
)
from reachback.access.errors import AccessRefused, DocumentRefused
from reachback.access.instants import milliseconds
from reachback.access.models import ApprovalAnswer, ApprovalRequest, Approver
from reachback.access.operations import Connected, ConnectRequest
from reachback.access.tests.conftest import CUSTOMER, SESSION, SYSTEM, Front, World
from reachback.access.tests.recorded import key
from reachback.audit.models import AuditListing, AuditRow
from reachback.calendars.hours import DAYS
from reachback.delivery.models import Delivery
from reachback_wire import documents as wire
from reachback_wire.signing import PrivateKey

CHEN, LI, OTHER = key("chen approves"), key("li approves"), key("somebody else")
State = ApprovalRequest.State
WHY = "The registration page answers 500; I want to read its log."


def keyset(world: World, *approvers: tuple[PrivateKey, str], serial: int = 1) -> wire.Keyset:
    rows = [wire.KeysetKey(CUSTOMER.public_line, "Chen Wei", ("sign", "revoke"))]
    rows += [wire.KeysetKey(each.public_line, name, ("approve",)) for each, name in approvers]
    previous = queries.keysets(SYSTEM, world.lotus.id)[-1].digest if serial > 1 else ""
    return wire.Keyset(
        str(world.lotus.id), "Lotus", serial, 1, "independent", False, previous, tuple(rows), 1
    )


def publish(world: World, document: wire.Keyset, needed: int = 1) -> None:
    given: dict[str, Any] = {"now": world.now, "organisation_id": world.lotus.id}
    chen = world.actor("chen")
    operations.publish_keyset(actor=chen, document=wire.seal(document, CUSTOMER).to_json(), **given)
    operations.publish_statement(actor=chen, document=world.statement().to_json(), **given)
    clause = wire.Clause(
        1,
        (wire.Capability("shell.user", ("guest",)),),
        wire.Who(teams=("Remote team",)),
        case_required=True,
        approval=wire.ApprovalRule(needed, (), 30),
    )
    signed = wire.seal(world.contract(clauses=(clause,)), CUSTOMER)
    operations.publish_contract(actor=chen, document=signed.to_json(), **given)


@pytest.fixture
def hotel(world: World) -> World:
    """A contract that demands one approval; Chen and Li may give it."""
    publish(world, keyset(world, (CHEN, "Chen Wei"), (LI, "Li Na")))
    for name, each in (("chen", CHEN), ("li", LI)):
        new = keys.NewKey(line=each.public_line, kind="file", label="Mine")
        keys.add_key(actor=world.actor(name), now=world.now, key=new)
    return world


def ask(world: World, case: UUID, **changes: Any) -> ApprovalRequest:
    request = ConnectRequest(
        device_id=world.device.id, case_id=case, session_key="", run_as="guest"
    )
    values = {"request": request, "reason": WHY, "hours": 2, "origin": "https://help.example/"}
    return asking.ask(
        actor=world.actor("tomas"), now=world.now, asking=asking.Asking(**(values | changes))
    )


def yes(row: ApprovalRequest, signer: PrivateKey, now: datetime, **changes: Any) -> dict[str, Any]:
    values = {
        "request": row.digest,
        "approver": "Chen Wei",
        "issued": milliseconds(now),
        "expires": milliseconds(now + timedelta(minutes=30)),
    }
    return wire.seal(wire.Approval(**(values | changes)), signer).to_json()


def approve(
    world: World, row: ApprovalRequest, who: str = "chen", signer: PrivateKey = CHEN
) -> None:
    answering.approve(
        actor=world.actor(who),
        now=world.now,
        request_id=row.id,
        approval=yes(row, signer, world.now),
    )


def connect(world: World, case: UUID, row: ApprovalRequest) -> Connected:
    return world.connect(case, approval_id=row.id)


def state(row: ApprovalRequest) -> str:
    return str(requests.request(SYSTEM, row.id).state)


def test_what_was_approved_opens_a_session_that_ends_when_it_has_to(
    hotel: World, front: Front
) -> None:
    case = hotel.open_case()
    with pytest.raises(AccessRefused) as refused:
        hotel.connect(case)
    assert refused.value.code == "approval-missing"
    row = ask(hotel, case)
    with pytest.raises(AccessRefused):
        connect(hotel, case, row)
    approve(hotel, row)
    made = connect(hotel, case, row)
    grant = wire.Grant.parse(made.grant["body"])
    assert made.session_id == row.session
    assert grant.approvals[0].request == row.body
    assert made.session.expires_at == row.until
    assert state(row) == State.USED
    with pytest.raises(AccessRefused) as again:
        connect(hotel, case, row)
    assert again.value.code == "approval-missing"


def test_every_step_stands_in_both_logs_and_the_approver_gets_a_mail(hotel: World) -> None:
    row = ask(hotel, hotel.open_case())
    approve(hotel, row)
    for action in ("approval.asked", "approval.signed", "approval.approved"):
        told = AuditRow.objects.get(action=action)
        assert AuditListing.objects.filter(row=told).count() == 2
    mail = Delivery.objects.visible_to(SYSTEM).filter(kind="approval.asked").get()
    assert WHY in mail.text
    assert f"https://help.example/portal/approvals/{row.id}/" in mail.text
    assert mail.href == f"/portal/approvals/{row.id}/"


def test_a_yes_by_a_key_that_the_keyset_no_longer_names_opens_nothing(hotel: World) -> None:
    case = hotel.open_case()
    row = ask(hotel, case)
    approve(hotel, row)
    after = keyset(hotel, (LI, "Li Na"), serial=2)
    operations.publish_keyset(
        actor=hotel.actor("chen"),
        now=hotel.now,
        organisation_id=hotel.lotus.id,
        document=wire.seal(after, CUSTOMER).to_json(),
    )
    with pytest.raises(AccessRefused) as refused:
        connect(hotel, case, row)
    assert refused.value.code == "unknown-key"


def test_nobody_approves_what_they_asked_for_nor_by_somebody_elses_key(hotel: World) -> None:
    row = ask(hotel, hotel.open_case())
    for who, signer in (("tomas", CHEN), ("pat", OTHER), ("maya", OTHER)):
        with pytest.raises((MayNotAnswer, NoSuchApproval)):
            approve(hotel, row, who, signer)
    with pytest.raises(DocumentRefused) as refused:
        approve(hotel, row, "li", CHEN)
    assert refused.value.code == "unknown-key"
    new = keys.NewKey(line=CHEN.public_line, kind="file", label="Chen's")
    with pytest.raises(KeyRefused):
        keys.add_key(actor=hotel.actor("li"), now=hotel.now, key=new)


def test_the_requesters_own_session_key_approves_nothing_even_when_the_keyset_names_it(
    world: World,
) -> None:
    """A second account at the customer, holding the key the technician opens with."""
    publish(world, keyset(world, (SESSION, "Somebody helpful")))
    new = keys.NewKey(line=SESSION.public_line, kind="file", label="Helpful")
    keys.add_key(actor=world.actor("li"), now=world.now, key=new)
    case = world.open_case()
    row = ask(world, case)
    approve(world, row, "li", SESSION)
    with pytest.raises(AccessRefused) as refused:
        connect(world, case, row)
    assert refused.value.code == "approval-missing"


def test_a_yes_to_another_request_is_refused(hotel: World) -> None:
    case = hotel.open_case()
    row, other = ask(hotel, case), ask(hotel, case)
    with pytest.raises(DocumentRefused) as refused:
        answering.approve(
            actor=hotel.actor("chen"),
            now=hotel.now,
            request_id=other.id,
            approval=yes(row, CHEN, hotel.now),
        )
    assert refused.value.code == "approval-missing"


def test_a_forged_row_opens_nothing(hotel: World) -> None:
    """Whoever can write the database still cannot sign."""
    case = hotel.open_case()
    row = ask(hotel, case)
    forged = yes(row, OTHER, hotel.now)
    ApprovalAnswer.objects.create(
        request=row,
        person=hotel.users["chen"],
        approves=True,
        key=CHEN.public_line,
        at=hotel.now,
        **forged,
    )
    requests.requests(SYSTEM).filter(id=row.id).update(state=State.APPROVED)
    with pytest.raises(AccessRefused) as refused:
        connect(hotel, case, row)
    assert refused.value.code == "unknown-key"


def test_an_approval_runs_out_before_it_is_used(hotel: World) -> None:
    case = hotel.open_case()
    row = ask(hotel, case)
    approve(hotel, row)
    hotel.now += timedelta(minutes=31)
    with pytest.raises(AccessRefused) as refused:
        connect(hotel, case, row)
    assert refused.value.code == "approval-expired"


def test_two_people_are_two_people(world: World) -> None:
    """The second key of one person, by the keyset's names, is not a second person."""
    publish(world, keyset(world, (CHEN, "Chen Wei"), (LI, "Li Na"), (OTHER, "Chen Wei")), needed=2)
    for name, each in (("chen", CHEN), ("chen", OTHER), ("li", LI)):
        new = keys.NewKey(line=each.public_line, kind="file", label="Mine")
        keys.add_key(actor=world.actor(name), now=world.now, key=new)
    case = world.open_case()
    row = ask(world, case)
    approve(world, row)
    with pytest.raises(NotWaiting):
        approve(world, row, "chen", OTHER)
    assert state(row) == State.WAITING
    approve(world, row, "li", LI)
    assert state(row) == State.APPROVED
    connect(world, case, row)


def test_a_refusal_carries_its_reason_to_the_technician(hotel: World) -> None:
    row = ask(hotel, hotel.open_case())
    with pytest.raises(DocumentRefused):
        answering.refuse(actor=hotel.actor("li"), now=hotel.now, request_id=row.id, reason=" ")
    answering.refuse(actor=hotel.actor("li"), now=hotel.now, request_id=row.id, reason="Not now")
    assert state(row) == State.REFUSED
    told = Delivery.objects.visible_to(SYSTEM).filter(kind="approval.answered").get()
    assert "Li Na refused" in told.subject
    with pytest.raises(NotWaiting):
        approve(hotel, row)


def test_the_queue_of_one_technician_is_short(hotel: World) -> None:
    case = hotel.open_case()
    rows = [ask(hotel, case) for _ in range(asking.MOST_OF_ONE)]
    with pytest.raises(QueueFull) as refused:
        ask(hotel, case)
    assert "withdraw one" in refused.value.sentence
    asking.withdraw(actor=hotel.actor("tomas"), now=hotel.now, request_id=rows[0].id)
    assert state(rows[0]) == State.WITHDRAWN
    ask(hotel, case)


def test_a_request_needs_a_reason_and_something_to_approve(hotel: World) -> None:
    case = hotel.open_case()
    with pytest.raises(AccessRefused) as refused:
        ask(hotel, case, reason="please")
    assert refused.value.code == "reason-missing"
    root = ConnectRequest(device_id=hotel.device.id, case_id=case, session_key="", run_as="root")
    with pytest.raises(AccessRefused) as refused:
        ask(hotel, case, request=root)
    assert refused.value.code == "parameter-refused"


def test_stand_ins_are_told_in_their_order_and_hours(hotel: World) -> None:
    """Lotus' clock runs with the tests' now; who is off duty is told only when nobody is on."""
    hotel.lotus.zone = "UTC"
    hotel.lotus.save()
    always = dict.fromkeys(DAYS, "00:00-24:00")
    for name, position in (("chen", 2), ("li", 1)):
        Approver.objects.create(
            organisation=hotel.lotus,
            person=hotel.users[name],
            position=position,
            hours=always,
        )
    row = ask(hotel, hotel.open_case())

    def told() -> list[str]:
        found = Delivery.objects.visible_to(SYSTEM).filter(kind="approval.asked")
        return [each.person.name for each in found.order_by("created_at", "id")]

    assert told() == ["Li Na"]
    payload = {"request": str(row.id), "origin": ""}
    waking.wake(payload, timer_id=row.id, now=hotel.now + timedelta(minutes=5))
    assert told() == ["Li Na", "Chen Wei"]
    waking.wake(payload, timer_id=row.id, now=row.answer_by)
    assert state(row) == State.EXPIRED


def test_when_nobody_is_on_duty_everybody_is_told_and_the_page_says_from_when(
    hotel: World,
) -> None:
    for name in ("chen", "li"):
        hours = {"monday": "09:00-09:01"}
        Approver.objects.create(
            organisation=hotel.lotus, person=hotel.users[name], position=1, hours=hours
        )
    rule = wire.ApprovalRule(1, (), 30)
    monday = datetime.fromisoformat("2026-11-23T12:00:00+00:00")
    found = rota.standing(hotel.lotus.id, rule, monday)
    assert [each.on_duty for each in found] == [False, False]
    assert all(each.next_on is not None for each in found)
