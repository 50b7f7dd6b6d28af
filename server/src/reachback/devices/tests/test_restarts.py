"""A device that restarts: announced or not, back in time or not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from reachback.audit.models import AuditRow
from reachback.devices import queries
from reachback.devices.models import Alert, Device, Restart
from reachback.devices.operations import accept_hello, accept_reports, lose_link
from reachback.devices.operations.accept_hello import Linked
from reachback.devices.tests.conftest import SYSTEM, hello_of, reload
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db
NONCE = "n" * 43


def _hello(now: datetime, key: PrivateKey, boot: str, **members: object) -> Linked:
    hello = hello_of(key, boot=boot, **members)
    return accept_hello(now=now, hello=hello, nonce=NONCE, node="main", remote="")


def _say(device: Device, boot: str, now: datetime, identity: str = "r-1") -> None:
    unit = {"kind": 33, "body": {"id": identity, "kind": "rebooting", "boot": boot}}
    accept_reports(now=now, device_id=device.id, units=[unit])


def _away(device: Device, linked: Linked, now: datetime) -> None:
    assert lose_link(now=now, device_id=device.id, generation=linked.generation, reason="")


def _restart(device: Device, key: PrivateKey, now: datetime, number: int, seconds: int) -> datetime:
    """One announced restart of so many seconds; when it was back."""
    linked = _hello(now, key, f"b-{number}")
    _say(device, f"b-{number}", now, f"r-{number}")
    _away(device, linked, now + timedelta(seconds=2))
    back = now + timedelta(seconds=seconds)
    _hello(back, key, f"b-{number + 1}")
    return back


def test_an_announced_restart_is_timed_from_its_announcement(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    _restart(device, device_key, now, 1, 37)
    row = Restart.objects.visible_to(SYSTEM).get()
    assert (row.told, row.boot, row.back_at) == (True, "b-1", now + timedelta(seconds=37))
    audit = AuditRow.objects.get(action="device.restarted")
    assert audit.data == {"seconds": 37, "announced": True}


def test_a_restart_nobody_announced_is_known_by_the_new_boot_id(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    linked = _hello(now, device_key, "b-1")
    _away(device, linked, now + timedelta(seconds=10))
    _hello(now + timedelta(seconds=50), device_key, "b-2")
    row = Restart.objects.visible_to(SYSTEM).get()
    assert (row.told, row.began_at) == (False, now + timedelta(seconds=10))


def test_a_lost_link_of_the_same_boot_is_no_restart(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    linked = _hello(now, device_key, "b-1")
    _away(device, linked, now + timedelta(seconds=10))
    _hello(now + timedelta(seconds=50), device_key, "b-1")
    assert not Restart.objects.visible_to(SYSTEM).exists()


def test_a_clone_on_another_boot_is_no_restart(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    _hello(now, device_key, "b-1")
    _hello(now, device_key, "b-2", instance="i-2")
    assert reload(device).hold == "health"
    _hello(now, device_key, "b-1")
    assert Restart.objects.visible_to(SYSTEM).count() == 0


def test_a_late_word_about_a_boot_that_is_over_begins_nothing(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    _hello(now, device_key, "b-2")
    _say(device, "b-1", now)
    assert not Restart.objects.visible_to(SYSTEM).exists()


def test_the_estimate_is_the_median_of_the_earlier_restarts(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    first = queries.expected_restart(device)
    assert (first.usual, first.limit) == (None, timedelta(minutes=5))
    at = now
    for number, seconds in enumerate((30, 37, 240), 1):
        at = _restart(device, device_key, at, number, seconds)
    found = queries.expected_restart(device)
    assert (found.usual, found.limit) == (timedelta(seconds=37), timedelta(minutes=12))


def test_a_device_that_does_not_come_back_from_its_restart_raises_an_alert_that_says_so(
    device: Device, device_key: PrivateKey, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    linked = _hello(now, device_key, "b-1")
    _say(device, "b-1", now)
    _away(device, linked, now + timedelta(seconds=3))
    deliver_due(now + timedelta(minutes=4))
    assert not Alert.objects.visible_to(SYSTEM).exists()
    deliver_due(now + timedelta(minutes=6))
    alert = Alert.objects.visible_to(SYSTEM).get()
    assert alert.kind == "lost"
    assert "did not come back from the restart that began at" in alert.sentence
    _hello(now + timedelta(minutes=9), device_key, "b-2")
    assert Alert.objects.visible_to(SYSTEM).get().state == "recovered"
