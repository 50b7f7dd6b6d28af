"""Connect on a device in contact on demand: judged for the time it comes, and waited for."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from reachback.access import awaiting, deciding
from reachback.access.errors import AccessRefused, DeviceExpected
from reachback.access.models import AccessSession, Grant
from reachback.access.tests.conftest import SESSION, SYSTEM, Front, World
from reachback.devices.models import Device, Expectation
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=6)


def rest(world: World, **changes: object) -> None:
    """The device said that it comes again in six hours."""
    values = {"link_state": "resting", "contact_next": world.now + HOURS}
    rows = Device.objects.visible_to(SYSTEM).filter(id=world.device.id)
    rows.update(contact={"every": 21_600, "for": 300}, link_since=world.now, **(values | changes))


def test_connect_queues_and_says_when_the_device_is_expected(world: World, front: Front) -> None:
    world.publish()
    rest(world)
    with pytest.raises(DeviceExpected) as expected:
        world.connect(world.open_case())
    assert f"expected {world.now + HOURS:%a %H:%M} (UTC)" in expected.value.sentence
    assert "You are told when it is there" in expected.value.sentence
    row = Expectation.objects.visible_to(SYSTEM).get()
    assert row.person_id == world.users["tomas"].id
    assert row.href.startswith("/cases/")
    assert front.told("/nonce") == []
    assert not Grant.objects.visible_to(SYSTEM).exists()
    assert not AccessSession.objects.visible_to(SYSTEM).exists()


def test_what_the_contract_refuses_is_not_waited_for(world: World) -> None:
    world.publish()
    rest(world)
    with pytest.raises(AccessRefused) as refused:
        world.connect(None)
    assert refused.value.code == "case-missing"
    assert not Expectation.objects.visible_to(SYSTEM).exists()


def test_the_contract_is_judged_for_the_time_the_device_comes(world: World) -> None:
    opens = world.now + HOURS - timedelta(minutes=30)
    window = wire.Window(
        (opens.strftime("%a").lower(),),
        f"{opens:%H:%M}",
        f"{opens + timedelta(hours=1):%H:%M}",
    )
    clause = wire.Clause(
        1,
        (wire.Capability("shell.user", ("guest",)),),
        wire.Who(teams=("Remote team",)),
        when=wire.When("UTC", (window,)),
    )
    world.publish(world.contract(clauses=(clause,)))
    rest(world)
    with pytest.raises(DeviceExpected):
        world.connect(None)
    rest(world, contact_next=world.now + HOURS + timedelta(hours=2))
    with pytest.raises(AccessRefused) as refused:
        world.connect(None)
    assert refused.value.code == "outside-window"


def test_a_device_that_has_just_left_is_waited_for_too(world: World) -> None:
    """The row said linked when Connect was judged; the front knows better by then."""
    world.publish()
    actor = world.actor("tomas")
    matter = deciding.matter(actor, world.device.id, world.open_case(), world.now)
    assert not awaiting.has_left(actor, matter)
    rest(world)
    assert awaiting.has_left(actor, matter)
    wish = deciding.Wish(capability="shell.user", run_as="guest", session_key=SESSION.public_line)
    said = awaiting.wait(actor, matter, wish, world.now)
    assert f"expected {world.now + HOURS:%a %H:%M} (UTC)" in said.sentence


def test_a_device_that_is_there_is_connected_as_ever(world: World, front: Front) -> None:
    world.publish()
    rest(world, link_state="linked")
    assert world.connect(world.open_case()).session.state == "ready"


def test_the_browser_is_told_in_words_and_the_page_shows_who_waits(
    world: World, client: Client
) -> None:
    world.publish()
    rest(world)
    case = world.open_case()
    client.force_login(world.users["tomas"])
    answer = client.post(
        f"/access/devices/{world.device.id}/connect",
        json.dumps({"session_key": SESSION.public_line, "case": str(case)}),
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "device-expected")
    client.force_login(world.users["aiko"])
    page = client.get(f"/devices/{world.device.id}/").content.decode()
    assert "Tomás Rivera waits for it" in page
