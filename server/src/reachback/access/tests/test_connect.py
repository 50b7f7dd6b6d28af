"""Connect: nothing is minted that the contract does not allow; tickets and nonces serve once."""

from datetime import timedelta
from typing import Any

import pytest

from reachback.access import operations
from reachback.access.errors import AccessRefused, MayNotConnect, TicketRefused
from reachback.access.models import AccessSession, Grant, LinkTicket, SpentNonce
from reachback.access.tests.conftest import SYSTEM, Front, World
from reachback.access.tests.recorded import key
from reachback.audit.models import AuditListing, AuditRow
from reachback.cases.errors import CaseNotFound
from reachback.kernel.ids import new_id
from reachback_wire import documents as wire
from reachback_wire import signing

pytestmark = pytest.mark.django_db


def _refused(world: World, **changes: Any) -> AccessRefused:
    with pytest.raises(AccessRefused) as refused:
        world.connect(changes.pop("case_id", world.open_case()), **changes)
    assert not Grant.objects.visible_to(SYSTEM).exists()
    return refused.value


def test_a_grant_is_minted_inside_the_contract_over_the_devices_nonce(world: World) -> None:
    world.publish()
    made = world.connect(world.open_case())
    envelope = wire.Envelope.from_json(made.grant)
    grant = wire.Grant.parse(envelope.body)
    contract = world.contract()
    assert signing.verify(
        envelope.signatures[0], "reachback-grant", envelope.body.encode(), contract.grant_keys
    )
    assert (grant.nonce, grant.device, grant.capabilities) == (
        f"{1:032x}",
        world.device.key,
        ("shell.user",),
    )
    assert grant.technician.teams == ("Remote team",)
    session = AccessSession.objects.visible_to(SYSTEM).get()
    assert (session.clause, session.state) == (1, "ready")
    assert made.ticket not in str(list(LinkTicket.objects.values_list("ticket_hash", flat=True)))


def test_a_grant_stands_in_both_organisations_logs(world: World) -> None:
    world.publish()
    world.connect(world.open_case())
    row = AuditRow.objects.get(action="session.granted")
    listed = set(AuditListing.objects.filter(row=row).values_list("organisation_id", flat=True))
    assert listed == {world.lotus.id, world.provider.id}


def test_without_a_contract_nobody_connects(world: World) -> None:
    assert _refused(world).code in {"unpinned", "contract-missing", "statement-missing"}


def test_a_refusal_names_the_clause_and_is_audited_on_both_sides(world: World) -> None:
    world.publish()
    refused = _refused(world, run_as="root")
    assert (refused.code, refused.clause) == ("parameter-refused", 1)
    row = AuditRow.objects.get(action="session.refused")
    assert row.data["sentence"] == refused.sentence
    assert AuditListing.objects.filter(row=row).count() == 2


def test_a_capability_no_clause_names_is_refused(world: World) -> None:
    world.publish()
    assert _refused(world, capability="shell.admin", run_as="").code in {
        "capability-refused",
        "wider-than-contract",
    }


def test_a_clause_that_wants_a_case_gets_one(world: World) -> None:
    world.publish()
    assert _refused(world, case_id=None).code == "case-missing"


def test_another_customers_case_or_none_at_all_does_not_help(world: World) -> None:
    world.publish()
    with pytest.raises(CaseNotFound):
        world.connect(new_id())


def test_a_device_without_a_link_is_said_to_have_none(world: World, front: Front) -> None:
    world.publish()
    front.offline = True
    assert _refused(world).code == "device-offline"


def test_a_held_device_is_refused(world: World) -> None:
    world.publish()
    world.device.hold = "health"
    world.device.save()
    assert _refused(world).code == "held"


def test_a_nonce_serves_one_grant(world: World, front: Front) -> None:
    world.publish()
    SpentNonce.objects.create(device=world.device, nonce=f"{1:032x}", spent_at=world.now)
    assert _refused(world).code == "wrong-nonce"


@pytest.mark.parametrize("who", ["ada", "chen", "li"])
def test_only_technicians_and_managers_connect(world: World, who: str) -> None:
    world.publish()
    request = operations.ConnectRequest(
        device_id=world.device.id, session_key=key("x").public_line, case_id=None
    )
    with pytest.raises(MayNotConnect):
        operations.connect(actor=world.actor(who), now=world.now, request=request)


def test_a_technician_of_another_team_is_refused_by_the_contract(world: World) -> None:
    world.publish()
    request = operations.ConnectRequest(
        device_id=world.device.id, session_key=key("x").public_line, case_id=world.open_case()
    )
    with pytest.raises(AccessRefused):
        operations.connect(actor=world.actor("aiko"), now=world.now, request=request)


def test_a_ticket_is_redeemed_once_by_its_key_within_thirty_seconds(world: World) -> None:
    world.publish()
    made = world.connect(world.open_case())
    line, ticket = key("session").public_line, made.ticket
    cases = [
        ("ticket-unknown", {"ticket": "x", "key": line, "now": world.now}),
        ("ticket-key", {"ticket": ticket, "key": key("x").public_line, "now": world.now}),
        (
            "ticket-expired",
            {"ticket": ticket, "key": line, "now": world.now + timedelta(seconds=31)},
        ),
    ]
    for code, given in cases:
        with pytest.raises(TicketRefused) as refused:
            operations.redeem(**given)  # type: ignore[arg-type]
        assert refused.value.code == code
    answer = operations.redeem(now=world.now, ticket=ticket, key=line)
    assert answer["may"] == ["open"]
    assert answer["contract"]["body"] == world.contract().to_body()
    with pytest.raises(TicketRefused) as again:
        operations.redeem(now=world.now, ticket=ticket, key=line)
    assert again.value.code == "ticket-spent"


def test_the_customer_watches_and_cannot_type(world: World) -> None:
    world.publish()
    made = world.connect(world.open_case())
    line = key("watcher").public_line
    ticket = operations.issue_ticket(
        actor=world.actor("chen"), now=world.now, session_id=made.session_id, key=line
    )
    assert operations.redeem(now=world.now, ticket=ticket.ticket, key=line)["may"] == ["watch"]
    assert AuditRow.objects.filter(action="session.watched").count() == 1
