"""What a device says that is wrong, late or hostile leaves a row that its customer can read."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from reachback.audit import queries as audit
from reachback.audit.models import AuditRow
from reachback.audit.queries import Search
from reachback.devices.errors import EnrolmentRefused
from reachback.devices.models import Alert, Device
from reachback.devices.operations import (
    EnrolmentRequest,
    accept_hello,
    accept_reports,
    enrol,
)
from reachback.devices.tests.conftest import SYSTEM, acting, hello_of, reload
from reachback.people.models import User
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db
NONCE = "n" * 43


def seen(action: str, chen: User, stranger: User) -> AuditRow:
    """The row of this action; the customer's administrator reads it, another's does not."""
    assert audit.search(acting(chen), Search(action=action)).rows
    assert not audit.search(acting(stranger), Search(action=action)).rows
    row: AuditRow = AuditRow.objects.get(action=action)
    return row


def _hello(now: datetime, key: PrivateKey, **members: object) -> None:
    hello = hello_of(key, **members)
    accept_hello(now=now, hello=hello, nonce=NONCE, node="main", remote="203.0.113.9")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize("kind", ["denied", "refused", "cut", "revoked"])
def test_what_a_device_refused_is_seen_by_its_customer(
    device: Device, chen: User, stranger: User, now: datetime, kind: str
) -> None:
    sentence = "The grant asks for more than clause 1 allows."
    body = {"id": "r1", "kind": kind, "code": "capability-refused", "sentence": sentence}
    accept_reports(now=now, device_id=device.id, units=[{"kind": 33, "body": body}])
    row = seen(f"device.{kind}", chen, stranger)
    assert (row.data["code"], row.data["sentence"]) == ("capability-refused", sentence)
    browser = Client()
    browser.force_login(chen)
    assert sentence in browser.get("/audit/").content.decode()


def test_reports_that_cannot_be_read_are_counted_in_the_log(
    device: Device, chen: User, stranger: User, now: datetime
) -> None:
    units = [7, {"kind": 40, "body": "{"}, {"kind": 40, "body": {"id": "r", "check": "disk"}}]
    accept_reports(now=now, device_id=device.id, units=units)
    assert seen("device.report_unreadable", chen, stranger).data["count"] == 2


def test_a_key_that_is_none_is_refused_and_in_the_log(
    token_for: Callable[..., str], chen: User, stranger: User, now: datetime
) -> None:
    with pytest.raises(EnrolmentRefused) as refused:
        enrol(now=now, request=EnrolmentRequest(token=token_for(now), key="ssh-rsa x"), remote="")
    assert refused.value.code == "malformed"
    row = seen("device.enrolment_refused", chen, stranger)
    assert (row.data["code"], bool(row.data["sentence"])) == ("malformed", True)


def test_a_clock_26_hours_behind_is_said_and_its_reports_keep_our_time(
    device: Device,
    device_key: PrivateKey,
    technician: User,
    chen: User,
    stranger: User,
    now: datetime,
) -> None:
    behind = now - timedelta(hours=26)
    _hello(now, device_key, issued=_ms(behind))
    _hello(now, device_key, issued=_ms(behind))
    row = seen("device.clock_differs", chen, stranger)
    assert row.data["code"] == "clock-behind"
    assert "26 hours behind" in row.data["sentence"]
    body = {"id": "r1", "check": "disk", "state": "failed", "sentence": "Full.", "at": _ms(behind)}
    accept_reports(now=now, device_id=device.id, units=[{"kind": 40, "body": body}])
    assert Alert.objects.visible_to(SYSTEM).get().opened_at == now
    browser = Client()
    browser.force_login(technician)
    assert "26 hours behind" in browser.get(f"/devices/{device.id}/").content.decode()
    _hello(now, device_key, issued=_ms(now))
    assert reload(device).clock_offset_ms == 0


def test_a_hostile_name_is_cleaned_and_the_log_says_so(
    token_for: Callable[..., str], chen: User, stranger: User, now: datetime
) -> None:
    name = "<b>desk</b>\x1b[2J\u202e"
    request = EnrolmentRequest(
        token=token_for(now), key=PrivateKey.generate().public_line, name=name, instance="i"
    )
    made = enrol(now=now, request=request, remote="203.0.113.9")
    assert made.name == "<b>desk</b> [2J"
    row = seen("device.enrolled", chen, stranger)
    assert row.data["cleaned"] == "name"
    browser = Client()
    browser.force_login(chen)
    assert "&lt;b&gt;desk" in browser.get("/audit/").content.decode()
