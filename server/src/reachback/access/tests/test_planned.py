"""A restart that waits for the contract's window: planned, shown to both sides, called off."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from reachback.access import operations, queries
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession
from reachback.access.tests.conftest import SESSION, SYSTEM, Front, World
from reachback.access.web import panels
from reachback.access.web.restarting import restart_of
from reachback.audit.models import AuditRow
from reachback.cases.models import Case, Entry
from reachback_wire import documents as wire
from reachback_wire.documents.contract import DAYS

pytestmark = pytest.mark.django_db


def _publish(world: World, hours: int) -> None:
    """The window opens in so many hours, on the minute, for an hour."""
    opens = world.now + timedelta(hours=hours)
    window = wire.Window(tuple(DAYS), f"{opens:%H:%M}", f"{opens + timedelta(hours=1):%H:%M}")
    clause = wire.Clause(
        2,
        (wire.Capability("reboot"),),
        wire.Who(teams=("Remote team",)),
        when=wire.When("UTC", (window,)),
    )
    shell = world.contract().clauses[0]
    world.publish(replace(world.contract(), clauses=(shell, clause)))


def _at(world: World, hours: int) -> int:
    opens = (world.now + timedelta(hours=hours)).replace(second=0, microsecond=0)
    return milliseconds(opens)


def _planned(world: World, hours: int = 3) -> operations.Connected:
    _publish(world, hours)
    made = world.connect(world.open_case(), capability="reboot", at=_at(world, hours))
    event = {"id": "o", "kind": "opened", "channel": made.channel, "at": milliseconds(world.now)}
    operations.record_events(now=world.now, session_id=made.session_id, events=[event])
    return made


def _client(world: World, who: str) -> Client:
    found = Client(headers={"accept": "text/html"})
    found.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_where_the_window_is_closed_the_page_offers_its_opening(world: World) -> None:
    _publish(world, 3)
    made = world.connect(world.open_case())
    tomas = world.actor("tomas")
    found = queries.session(tomas, made.session_id)
    told = restart_of(tomas, found, world.now, mine=True)
    assert (told["allowed"], told["at"]) == (False, _at(world, 3))
    assert "(UTC)" in told["plan"]


def test_an_opening_too_far_away_says_from_when_it_can_be_planned(world: World) -> None:
    _publish(world, 13)
    made = world.connect(world.open_case())
    tomas = world.actor("tomas")
    told = restart_of(tomas, queries.session(tomas, made.session_id), world.now, mine=True)
    assert "at" not in told
    assert "at most 10 hours" in told["later"]
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case(), capability="reboot", at=_at(world, 13))
    assert refused.value.code == "parameter-refused"


def test_a_planned_restart_has_a_grant_for_one_that_outlives_its_moment(world: World) -> None:
    made = _planned(world)
    grant = wire.Grant.parse(made.grant["body"])
    assert (grant.capabilities, grant.uses) == (("reboot",), 1)
    assert grant.expires == _at(world, 3) + 15 * 60_000
    row = queries.session(SYSTEM, made.session_id)
    assert row.planned_for is not None
    assert milliseconds(row.planned_for) == _at(world, 3)
    told = AuditRow.objects.filter(action="session.granted")
    assert {each.data["planned_for"] for each in told} == {row.planned_for.isoformat()}


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_moment_that_is_over_or_outside_the_window_is_refused(world: World, hours: int) -> None:
    _publish(world, 3)
    with pytest.raises(AccessRefused):
        world.connect(world.open_case(), capability="reboot", at=_at(world, hours))


def test_the_case_says_that_it_is_planned_and_nobody_is_on_the_device(world: World) -> None:
    _planned(world)
    entry = Entry.objects.visible_to(SYSTEM).get(kind="session")
    assert "planned a restart of lijiang-frontdesk for" in entry.body
    assert "(Asia/Shanghai), clause 2." in entry.body
    assert entry.visible_to_customer
    assert not Case.objects.visible_to(SYSTEM).get().live_session


def test_technician_and_customer_see_it_and_may_call_it_off(
    world: World, front: Front, data_folder: Path
) -> None:
    made = _planned(world)
    address = f"/sessions/{made.session_id}/"
    for who, may in (("tomas", True), ("chen", True), ("maya", True), ("ada", False)):
        page = _client(world, who).get(address).content.decode()
        assert "Planned restart of lijiang-frontdesk" in page
        assert ("Call it off" in page) is may
    home = panels.home_panel(world.actor("chen"), world.now)
    assert home is not None
    assert "Tomás Rivera planned a restart of lijiang-frontdesk" in home.html
    assert home.news == "Tomás Rivera planned a restart of lijiang-frontdesk."
    device = _client(world, "tomas").get(f"/devices/{world.device.id}/").content.decode()
    assert "Tomás Rivera planned a restart" in device
    answer = _client(world, "chen").post(f"{address}call-off", follow=True).content.decode()
    assert "Called off here. The device has no link" in answer
    (cut,) = front.told("/cut")
    assert cut == {"code": "called-off", "sentence": "Chen Wei called the restart off."}
    called = AuditRow.objects.filter(action="restart.called_off")
    assert {each.actor_name for each in called} == {"Chen Wei"}
    ended = {"id": "e", "kind": "ended", "channel": made.channel, **cut}
    operations.record_events(now=world.now, session_id=made.session_id, events=[ended])
    row = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    assert row.state == "ended"
    assert "Chen Wei called the restart off." in row.words
    over = _client(world, "tomas").get(address).content.decode()
    assert "Chen Wei called the restart off." in over
    assert "Call it off" not in over


def test_others_do_not_call_it_off(world: World) -> None:
    made = _planned(world)
    for who in ("aiko", "ada"):
        with pytest.raises(MayNotConnect):
            operations.end_session(
                actor=world.actor(who), now=world.now, session_id=made.session_id
            )


def test_what_is_signed_names_the_moment_and_nonsense_is_refused(world: World) -> None:
    _publish(world, 3)
    browser = _client(world, "tomas")
    asked = {
        "session_key": SESSION.public_line,
        "case": str(world.open_case()),
        "capability": "reboot",
    }
    for nonsense in ("soon", "-5", "9" * 20):
        bad = browser.post(
            f"/access/devices/{world.device.id}/connect",
            asked | {"at": nonsense},
            content_type="application/json",
        )
        assert bad.status_code in (400, 403)
