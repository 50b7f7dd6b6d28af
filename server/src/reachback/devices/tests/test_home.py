"""What the customer's home says first, and the order of devices."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from reachback.devices import queries
from reachback.devices.models import Device
from reachback.devices.operations import accept_reports
from reachback.devices.tests.conftest import acting
from reachback.people.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _report(device: Device, state: str, at: datetime) -> None:
    """Let the device's one check answer."""
    body = {
        "id": f"{state}-{at.timestamp()}",
        "check": "guest-registration",
        "state": state,
        "sentence": "The page answers <500>.",
        "at": int(at.timestamp() * 1000),
    }
    accept_reports(now=at, device_id=device.id, units=[{"kind": 40, "body": body}])


def _home(person: User) -> str:
    client = Client(headers={"host": "hotel.localhost"})
    client.force_login(person, backend=BACKEND)
    return client.get("/").content.decode()


@pytest.mark.django_db
def test_home_says_everything_is_fine_until_a_device_fails(
    device: Device, chen: User, stranger: User, now: datetime
) -> None:
    _report(device, "ok", now - timedelta(minutes=5))
    page = _home(chen)
    assert "Everything is fine" in page
    assert 'data-tone="green"' in page
    assert device.name in page

    _report(device, "failed", now - timedelta(minutes=1))
    page = _home(chen)
    assert "Everything is fine" not in page
    assert f'<h1 id="headline">{device.name} is failing: The page answers &lt;500&gt;.</h1>' in page
    assert device.name not in _home(stranger)


@pytest.mark.django_db
def test_what_fails_stands_first_whatever_its_name(
    device: Device, chen: User, now: datetime
) -> None:
    first = Device.objects.create(
        organisation=device.organisation,
        site=device.site,
        name="aa-first-by-name",
        sample=True,
        enrolled_at=now,
    )
    _report(device, "failed", now)
    assert [each.name for each in queries.search(acting(chen), "", "")] == [device.name, first.name]
