"""Enrolment: a token serves once, and every refusal is kept."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from reachback.audit.models import AuditRow
from reachback.devices.errors import EnrolmentRefused
from reachback.devices.models import Device, EnrolmentToken
from reachback.devices.operations import EnrolmentRequest, enrol
from reachback.devices.tests.conftest import SYSTEM
from reachback.kernel import clock
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db


def _request(token: str, **more: str) -> EnrolmentRequest:
    key = PrivateKey(b"k" * 32).public_line
    return EnrolmentRequest(**({"token": token, "key": key, "instance": "i"} | more))


def test_a_token_makes_one_device_and_is_kept_only_as_a_hash(
    token_for: Callable[..., str], now: datetime
) -> None:
    token = token_for(now)
    made = enrol(now=now, request=_request(token), remote="")
    device = Device.objects.visible_to(SYSTEM).get(id=made.device_id)
    row = EnrolmentToken.objects.visible_to(SYSTEM).get()
    assert (device.name, device.pinned, row.device_id) == ("lijiang-frontdesk", False, device.id)
    assert token not in json.dumps(
        list(EnrolmentToken.objects.visible_to(SYSTEM).values()), default=str
    )


def test_a_spent_token_is_refused_and_the_attempt_is_audited(
    token_for: Callable[..., str], now: datetime
) -> None:
    token = token_for(now)
    enrol(now=now, request=_request(token), remote="")
    other = PrivateKey(b"o" * 32).public_line
    with pytest.raises(EnrolmentRefused) as refused:
        enrol(now=now, request=_request(token, key=other), remote="198.51.100.7")
    assert refused.value.code == "token-spent"
    assert Device.objects.visible_to(SYSTEM).count() == 1
    row = AuditRow.objects.get(action="device.enrolment_refused")
    assert row.data["code"] == "token-spent"
    assert row.data["from"] == "198.51.100.7"


def test_an_expired_token_is_refused(token_for: Callable[..., str], now: datetime) -> None:
    token = token_for(now)
    with pytest.raises(EnrolmentRefused) as refused:
        enrol(now=now + timedelta(days=2), request=_request(token), remote="")
    assert refused.value.code == "token-expired"


def test_the_same_key_enrols_only_once_and_the_token_stays_good(
    token_for: Callable[..., str], now: datetime
) -> None:
    enrol(now=now, request=_request(token_for(now, "a")), remote="")
    second = token_for(now, "b")
    with pytest.raises(EnrolmentRefused) as refused:
        enrol(now=now, request=_request(second), remote="")
    assert refused.value.code == "key-known"
    other = PrivateKey(b"o" * 32).public_line
    assert enrol(now=now, request=_request(second, key=other), remote="").name == "b"


def test_the_endpoint_answers_with_where_to_link(
    client: Client, token_for: Callable[..., str], now: datetime
) -> None:
    token = token_for(clock.now())
    body = {"token": token, "key": PrivateKey(b"k" * 32).public_line, "hostname": "pc"}
    answer = client.post(
        "/devices/enrol", body, "application/json", headers={"host": "ops.localhost:8080"}
    )
    assert answer.status_code == 201
    assert answer.json()["link_url"] == "ws://ops.localhost:8080/-/link/device"
    again = client.post("/devices/enrol", body, "application/json")
    assert (again.status_code, again.json()["code"]) == (403, "token-spent")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"token":"x"}', b'{"token":"x","key":1}', b'{"token":"x","key":"y","z":""}'],
)
def test_a_malformed_request_is_refused(client: Client, body: bytes) -> None:
    answer = client.post("/devices/enrol", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_hostile_names_lose_what_a_terminal_would_obey(
    token_for: Callable[..., str], now: datetime
) -> None:
    name = "desk\x1b[2J\u202e<script>" + "x" * 500
    made = enrol(now=now, request=_request(token_for(now), name=name), remote="")
    assert "\x1b" not in made.name
    assert "\u202e" not in made.name
    assert len(made.name) <= 80
