"""A device in contact at stated times only: expected, waited for, missed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reachback.audit.models import AuditRow
from reachback.delivery.models import Delivery
from reachback.devices import contacts, queries
from reachback.devices.models import Alert, Device, Expectation
from reachback.devices.operations import (
    accept_hello,
    accept_reports,
    expect_device,
    lose_link,
    stop_expecting,
)
from reachback.devices.tests.conftest import SYSTEM, acting, hello_of, reload
from reachback.people.models import User
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db
NONCE = "n" * 43
PLAN = {"at": ["03:10"], "zone": "Asia/Shanghai", "for": 600.0}


class Line:
    """What a connector in on-demand mode says, at which time."""

    def __init__(self, device: Device, key: PrivateKey) -> None:
        self.device, self._key, self._said, self._generation = device, key, 0, 0

    def hello(self, now: datetime) -> None:
        hello = hello_of(self._key)
        linked = accept_hello(now=now, hello=hello, nonce=NONCE, node="main", remote="")
        self._generation = linked.generation
        self.say(now, 41, hostname="till", contact=PLAN, checks=[])

    def say(self, now: datetime, unit_kind: int, /, **body: Any) -> None:
        self._said += 1
        unit = {"kind": unit_kind, "body": {"id": f"r-{self._said}", **body}}
        accept_reports(now=now, device_id=self.device.id, units=[unit])

    def rest(self, now: datetime, wait: timedelta) -> None:
        self.say(
            now, 33, kind="contact", state="resting", **{"in": int(wait.total_seconds() * 1000)}
        )

    def gone(self, now: datetime) -> bool:
        return lose_link(
            now=now, device_id=self.device.id, generation=self._generation, reason="closed"
        )

    @property
    def row(self) -> Device:
        return reload(self.device)


@pytest.fixture
def line(device: Device, device_key: PrivateKey, now: datetime) -> Line:
    made = Line(device, device_key)
    made.hello(now)
    return made


HOURS = timedelta(hours=6)


def test_between_contacts_it_is_on_demand_and_not_lost(
    line: Line, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    line.rest(now, HOURS)
    assert not line.gone(now + timedelta(seconds=2))
    assert (line.row.link_state, line.row.contact_next) == ("resting", now + HOURS)
    deliver_due(now + HOURS + timedelta(minutes=14))
    assert not Alert.objects.visible_to(SYSTEM).exists()
    line.hello(now + HOURS + timedelta(minutes=14))
    deliver_due(now + HOURS + timedelta(minutes=30))
    assert not Alert.objects.visible_to(SYSTEM).exists()
    assert line.row.link_state == "linked"


def test_a_missed_contact_raises_the_alert_of_a_lost_link_and_recovers(
    line: Line, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    line.rest(now, HOURS)
    line.gone(now)
    deliver_due(now + HOURS + timedelta(minutes=16))
    alert = Alert.objects.visible_to(SYSTEM).get()
    assert (alert.kind, alert.opened_at) == ("lost", now + HOURS)
    assert "was expected at" in alert.sentence
    assert line.row.link_state == "lost"
    line.hello(now + 2 * HOURS)
    assert Alert.objects.visible_to(SYSTEM).get().state == "recovered"


def test_a_line_that_breaks_within_a_contact_is_a_lost_line(
    line: Line, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    assert line.gone(now)
    assert line.row.link_state == "lost"
    deliver_due(now + timedelta(minutes=6))
    assert Alert.objects.visible_to(SYSTEM).get().kind == "lost"


def test_a_device_that_stays_after_all_is_linked(line: Line, now: datetime) -> None:
    line.rest(now, HOURS)
    line.say(now, 33, kind="contact", state="here")
    assert line.row.link_state == "linked"
    assert line.gone(now)


def test_a_device_without_a_plan_any_more_is_never_on_demand_again(
    line: Line, now: datetime
) -> None:
    line.say(now, 41, hostname="till", checks=[])
    assert line.row.contact == {}
    assert contacts.in_words(line.row) == ""


@pytest.mark.parametrize(
    "plan", [7, [], {"every": True}, {"every": -1}, {"at": [7]}, {"every": "6h"}, {"at": "03:10"}]
)
def test_a_plan_that_makes_no_sense_is_no_plan(line: Line, now: datetime, plan: object) -> None:
    line.say(now, 41, contact=plan, checks=[])
    assert line.row.contact == {}


def test_a_wait_without_end_is_bounded(line: Line, now: datetime) -> None:
    line.say(now, 33, kind="contact", state="resting", **{"in": 2**53})
    assert line.row.contact_next == now + timedelta(days=31)


def test_who_waits_is_told_once_when_it_is_there(
    line: Line, technician: User, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    line.rest(now, HOURS)
    line.gone(now)
    actor = acting(technician)
    href = f"/devices/{line.device.id}/"
    assert expect_device(actor=actor, now=now, device_id=line.device.id, href=href)
    assert not expect_device(actor=actor, now=now, device_id=line.device.id, href=href)
    assert [each.person_id for each in queries.who_waits(actor, line.device.id)] == [technician.id]
    line.hello(now + HOURS)
    deliver_due(now + HOURS)
    found = Delivery.objects.visible_to(SYSTEM).get()
    assert (found.kind, found.person_id, found.href) == ("device.here", technician.id, href)
    assert found.subject == "lijiang-frontdesk is in contact now"
    line.rest(now + HOURS, HOURS)
    line.hello(now + 2 * HOURS)
    deliver_due(now + 2 * HOURS)
    assert Delivery.objects.visible_to(SYSTEM).count() == 1
    assert AuditRow.objects.filter(action="device.awaited").count() == 1


def test_who_waits_no_longer_is_not_told(
    line: Line, technician: User, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    line.rest(now, HOURS)
    actor = acting(technician)
    expect_device(actor=actor, now=now, device_id=line.device.id, href="/")
    assert stop_expecting(actor=actor, now=now, device_id=line.device.id)
    assert not stop_expecting(actor=actor, now=now, device_id=line.device.id)
    line.hello(now + HOURS)
    deliver_due(now + HOURS)
    assert not Expectation.objects.visible_to(SYSTEM).exists()
    assert not Delivery.objects.visible_to(SYSTEM).exists()


def test_the_pages_say_when_it_is_expected(
    line: Line, technician: User, chen: User, client: Client, now: datetime
) -> None:
    line.rest(now, HOURS)
    moment = (now + HOURS).isoformat(timespec="seconds")
    client.force_login(technician)
    for path in ("/devices/", f"/devices/{line.device.id}/"):
        page = client.get(path).content.decode()
        assert f'<time datetime="{moment}"' in page
        assert "On demand" in page
        assert "Not linked" not in page
    assert "daily at 03:10 (Asia/Shanghai), for 10 min" in page
    client.force_login(chen)
    page = client.get(f"/portal/devices/{line.device.id}/").content.decode()
    assert "On demand" in page
