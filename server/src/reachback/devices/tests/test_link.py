"""HELLO, loss and return of a device's link."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from reachback.audit.models import AuditRow
from reachback.devices.errors import DeviceRefused
from reachback.devices.models import Alert, Device
from reachback.devices.operations import accept_hello, lose_link
from reachback.devices.operations.accept_hello import Linked
from reachback.devices.tests.conftest import SYSTEM, hello_of, reload
from reachback.kernel.models import FactRow
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db
NONCE = "n" * 43


def _hello(now: datetime, key: PrivateKey, **members: object) -> Linked:
    hello = hello_of(key, **members)
    return accept_hello(now=now, hello=hello, nonce=NONCE, node="main", remote="203.0.113.9")


def test_every_hello_advances_the_generation(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    assert [_hello(now, device_key).generation for _ in range(3)] == [1, 2, 3]
    assert reload(device).link_state == "linked"


def test_another_machine_with_the_same_key_holds_both_to_health(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    assert _hello(now, device_key).hold == "none"
    assert _hello(now, device_key, instance="i-2").hold == "health"
    assert _hello(now, device_key).hold == "health"
    alert = Alert.objects.visible_to(SYSTEM).get()
    assert alert.kind == "clone"
    assert FactRow.objects.filter(kind="devices.alert_raised").count() == 1


def test_a_hello_over_another_nonce_or_by_another_key_is_refused(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    with pytest.raises(DeviceRefused) as stale:
        _hello(now, device_key, nonce="m" * 43)
    assert stale.value.code == "wrong-nonce"
    forged = hello_of(PrivateKey(b"x" * 32), key=device_key.public_line)
    with pytest.raises(DeviceRefused) as foreign:
        accept_hello(now=now, hello=forged, nonce=NONCE, node="main", remote="")
    assert foreign.value.code == "unknown-key"
    assert reload(device).generation == 0


def test_a_device_nobody_enrolled_is_refused(db: None, now: datetime) -> None:
    with pytest.raises(DeviceRefused) as refused:
        _hello(now, PrivateKey(b"z" * 32))
    assert refused.value.code == "unknown-key"


def test_a_loss_of_an_older_generation_changes_nothing(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    _hello(now, device_key)
    _hello(now, device_key)
    assert not lose_link(now=now, device_id=device.id, generation=1, reason="reset")
    assert reload(device).link_state == "linked"


def test_a_device_that_does_not_come_back_raises_an_alert_and_recovers_when_it_does(
    device: Device, device_key: PrivateKey, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    linked = _hello(now, device_key)
    assert lose_link(now=now, device_id=device.id, generation=linked.generation, reason="")
    deliver_due(now + timedelta(minutes=4))
    assert not Alert.objects.visible_to(SYSTEM).exists()
    deliver_due(now + timedelta(minutes=6))
    assert Alert.objects.visible_to(SYSTEM).get().kind == "lost"
    _hello(now + timedelta(minutes=7), device_key)
    assert Alert.objects.visible_to(SYSTEM).get().state == "recovered"


def test_a_device_back_in_time_raises_nothing(
    device: Device, device_key: PrivateKey, now: datetime, deliver_due: Callable[[datetime], int]
) -> None:
    linked = _hello(now, device_key)
    lose_link(now=now, device_id=device.id, generation=linked.generation, reason="reset")
    _hello(now + timedelta(minutes=1), device_key)
    deliver_due(now + timedelta(minutes=9))
    assert not Alert.objects.visible_to(SYSTEM).exists()


def test_a_receipt_number_that_goes_back_is_audited(
    device: Device, device_key: PrivateKey, now: datetime
) -> None:
    head = "sha256:" + "a" * 64
    _hello(now, device_key, receipt_number=9, receipt_head=head)
    _hello(now, device_key, receipt_number=4, receipt_head=head)
    row = AuditRow.objects.get(action="device.receipts_went_back")
    assert row.data == {"known": 9, "told": 4}
