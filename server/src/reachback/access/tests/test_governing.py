"""Documents: only what the customer signed counts, nothing goes back, and Revoke is at once."""

from dataclasses import replace

import pytest

from reachback.access import documents, operations, queries
from reachback.access.errors import AccessRefused, DocumentRefused, MayNotGovern
from reachback.access.models import ContractDocument
from reachback.access.tests.conftest import CUSTOMER, SYSTEM, Front, World
from reachback.access.tests.recorded import key
from reachback.devices.models import Device
from reachback.devices.slots import Held
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db


def _publish(world: World, envelope: wire.Envelope) -> None:
    operations.publish_contract(
        actor=world.actor("chen"),
        now=world.now,
        organisation_id=world.lotus.id,
        document=envelope.to_json(),
    )


def test_a_statement_pins_the_device_and_gives_it_its_tags(world: World) -> None:
    assert not world.device.pinned
    world.publish()
    device = Device.objects.visible_to(SYSTEM).get()
    assert (device.pinned, device.tags) == (True, ["front-desk"])


def test_published_documents_go_to_the_devices_at_once(world: World, front: Front) -> None:
    world.publish()
    kinds = [body["documents"][0]["kind"] for body in front.told("/documents")]
    assert kinds == ["reachback-keyset", "reachback-device", "reachback-contract"]


def test_a_hello_gets_what_the_device_lacks(world: World) -> None:
    world.publish()
    every = documents.for_device(world.device.id, world.lotus.id, Held())
    assert [each["kind"] for each in every] == [
        "reachback-keyset",
        "reachback-device",
        "reachback-contract",
    ]
    row = ContractDocument.objects.visible_to(SYSTEM).get()
    held = Held(keyset=1, statement=1, contract=row.digest)
    assert not documents.for_device(world.device.id, world.lotus.id, held)


def test_a_contract_nobody_at_the_customer_signed_is_refused(world: World) -> None:
    world.publish()
    with pytest.raises(DocumentRefused) as refused:
        _publish(world, wire.seal(world.contract(serial=2), key("mallory")))
    assert refused.value.code == "unknown-key"


def test_an_older_contract_is_refused_and_a_newer_one_replaces(world: World) -> None:
    world.publish(world.contract(serial=5))
    for serial in (4, 5):
        with pytest.raises(DocumentRefused) as refused:
            _publish(world, wire.seal(world.contract(serial=serial, title="Other"), CUSTOMER))
        assert refused.value.code == "contract-rollback"
    _publish(world, wire.seal(world.contract(serial=6), CUSTOMER))
    states = ContractDocument.objects.visible_to(SYSTEM).values_list("serial", "state")
    assert sorted(states) == [(5, "superseded"), (6, "running")]


def test_a_keyset_of_another_organisation_is_refused(world: World) -> None:
    foreign = wire.seal(replace(world.keyset, organisation="palm"), CUSTOMER)
    with pytest.raises(DocumentRefused):
        operations.publish_keyset(
            actor=world.actor("chen"),
            now=world.now,
            organisation_id=world.lotus.id,
            document=foreign.to_json(),
        )


@pytest.mark.parametrize("who", ["tomas", "maya", "li", "pat"])
def test_only_the_customers_administrators_publish_and_revoke(world: World, who: str) -> None:
    world.publish()
    with pytest.raises(MayNotGovern):
        operations.publish_contract(
            actor=world.actor(who),
            now=world.now,
            organisation_id=world.lotus.id,
            document=wire.seal(world.contract(serial=2), CUSTOMER).to_json(),
        )
    with pytest.raises(MayNotGovern):
        operations.revoke(
            actor=world.actor(who), now=world.now, organisation_id=world.lotus.id, reason=""
        )


def test_revoke_cuts_what_is_live_tells_the_devices_and_refuses_the_next(
    world: World, front: Front
) -> None:
    world.publish()
    made = world.connect(world.open_case())
    operations.revoke(
        actor=world.actor("chen"), now=world.now, organisation_id=world.lotus.id, reason="leak"
    )
    assert front.told(f"/sessions/{made.session_id}/cut")[0]["code"] == "revoked"
    assert front.told("/documents")[-1]["documents"][0]["kind"] == "reachback-narrow"
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case())
    assert refused.value.code == "revoked"
    assert "Chen Wei" in refused.value.sentence


def test_what_the_button_revoked_the_customer_allows_again(world: World) -> None:
    world.publish()
    chen, lotus = world.actor("chen"), world.lotus.id
    operations.revoke(actor=chen, now=world.now, organisation_id=lotus, reason="")
    assert operations.lift_revocation(actor=chen, now=world.now, organisation_id=lotus) == 1
    assert world.connect(world.open_case()).session_id


def test_a_narrowing_the_customer_signed_is_lifted_only_by_a_new_contract(world: World) -> None:
    world.publish()
    chen, lotus = world.actor("chen"), world.lotus.id
    running = queries.running_contract(chen, lotus)
    assert running is not None
    narrowing = wire.Narrowing(
        organisation=str(lotus),
        author="customer",
        id="n1",
        serial=1,
        contract=running.digest,
        devices=("*",),
        effect="revoke-all",
        issued=1,
    )
    signed = wire.seal(narrowing, CUSTOMER).to_json()
    operations.publish_narrowing(actor=chen, now=world.now, organisation_id=lotus, document=signed)
    assert operations.lift_revocation(actor=chen, now=world.now, organisation_id=lotus) == 0
    with pytest.raises(AccessRefused):
        world.connect(world.open_case())
