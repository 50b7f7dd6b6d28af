"""Reports: idempotent, limited, and turned into alerts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback.devices import hostile, reports
from reachback.devices.models import Alert, Check, CheckChange, Device
from reachback.devices.operations import accept_reports
from reachback.devices.tests.conftest import SYSTEM, reload
from reachback.kernel.models import FactRow

MOMENT = datetime(2026, 11, 22, 4, 0).astimezone()


def _result(identity: str, state: str, now: datetime, **more: Any) -> dict[str, Any]:
    body = {
        "id": identity,
        "check": "guest-registration",
        "state": state,
        "sentence": "The page answers 500.",
        "at": int(now.timestamp() * 1000),
        "changed": ["guestbook.conf: port 8080 became 80800"],
    }
    return {"kind": 40, "body": body | more}


@pytest.mark.django_db
def test_a_failed_check_raises_one_alert_with_what_changed(device: Device, now: datetime) -> None:
    units = [_result("r1", "failed", now), _result("r2", "failed", now + timedelta(seconds=30))]
    assert accept_reports(now=now + timedelta(minutes=1), device_id=device.id, units=units) == 2
    alert = Alert.objects.visible_to(SYSTEM).get()
    assert alert.what_changed == ["guestbook.conf: port 8080 became 80800"]
    fact = FactRow.objects.get(kind="devices.alert_raised")
    assert fact.payload["device_name"] == device.name
    assert reload(device).health == "failed"
    assert CheckChange.objects.visible_to(SYSTEM).count() == 1


@pytest.mark.django_db
def test_the_same_report_again_changes_nothing(device: Device, now: datetime) -> None:
    unit = _result("r1", "failed", now)
    accept_reports(now=now, device_id=device.id, units=[unit])
    assert accept_reports(now=now, device_id=device.id, units=[unit, unit]) == 0
    assert FactRow.objects.filter(kind="devices.alert_raised").count() == 1


@pytest.mark.django_db
def test_a_good_result_recovers_the_alert(device: Device, now: datetime) -> None:
    accept_reports(now=now, device_id=device.id, units=[_result("r1", "failed", now)])
    later = now + timedelta(minutes=3)
    accept_reports(now=later, device_id=device.id, units=[_result("r2", "ok", later)])
    assert Alert.objects.visible_to(SYSTEM).get().state == "recovered"
    assert FactRow.objects.filter(kind="devices.alert_recovered").count() == 1
    assert reload(device).health == "ok"


@pytest.mark.django_db
def test_an_older_result_that_arrives_late_is_not_the_present(
    device: Device, now: datetime
) -> None:
    later = now + timedelta(minutes=3)
    accept_reports(now=later, device_id=device.id, units=[_result("r2", "ok", later)])
    accept_reports(now=later, device_id=device.id, units=[_result("r1", "failed", now)])
    assert not Alert.objects.visible_to(SYSTEM).exists()


@pytest.mark.django_db
def test_an_inventory_names_the_checks(device: Device, now: datetime) -> None:
    body = {
        "id": "inv",
        "hostname": "desk\x1b]0;owned\x07",
        "system": "Debian",
        "connector": "0.1",
        "checks": [{"name": "guest", "kind": "http", "target": "http://127.0.0.1", "every": 5}],
    }
    accept_reports(now=now, device_id=device.id, units=[{"kind": 41, "body": body}])
    assert Check.objects.visible_to(SYSTEM).get().every == 5
    assert "\x1b" not in reload(device).hostname


@pytest.mark.django_db
@pytest.mark.parametrize(
    "unit",
    [None, 7, {}, {"kind": "40"}, {"kind": 40, "body": "{"}, {"kind": 40, "body": {"id": "x"}}],
)
def test_what_cannot_be_read_is_dropped(device: Device, now: datetime, unit: object) -> None:
    accept_reports(now=now, device_id=device.id, units=[unit])
    assert not Check.objects.visible_to(SYSTEM).exists()


@given(st.text(max_size=300))
def test_hostile_text_is_one_line_without_controls(text: str) -> None:
    found = hostile.text(text, 40)
    assert len(found) <= 40
    assert found.isprintable() or all(c == " " or not c.isascii() or c.isprintable() for c in found)
    assert not any(ord(c) < 32 or c in "\u202e\u2066\x7f\x9b" for c in found)


@given(st.one_of(st.none(), st.integers(), st.text(), st.booleans()))
def test_an_instant_is_never_later_than_now(value: object) -> None:
    assert reports.instant(value, MOMENT) <= MOMENT
