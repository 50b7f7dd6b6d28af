import base64
import json
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reachback.delivery import errors, operations, queries
from reachback.delivery.models import Address, Delivery
from reachback.delivery.transports import keys
from reachback.people.models import User
from reachback.people.queries import actor_for

from .conftest import SYSTEM, Mailbox, PushService

SECRET = b"0123456789abcdef"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def private() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def browser(
    chen: User, now: datetime, push_service: PushService, private: ec.EllipticCurvePrivateKey
) -> Address:
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return Address.objects.create(
        person=chen,
        channel="push",
        value=push_service.url,
        keys={"p256dh": encoded(point), "auth": encoded(SECRET)},
        added_at=now,
    )


def send(chen: User, now: datetime) -> Delivery:
    operations.send(
        actor=SYSTEM,
        now=now,
        person_id=chen.id,
        kind="device.alert",
        subject="Guest registration does not answer",
        text="Lotus Lijiang",
        idempotency_key="alert-1",
    )
    return Delivery.objects.visible_to(SYSTEM).get(channel="push")


def test_the_browser_can_read_what_nobody_between_can(
    chen: User,
    now: datetime,
    browser: Address,
    push_service: PushService,
    private: ec.EllipticCurvePrivateKey,
    deliver_due: Callable[[datetime], int],
    mailbox: Mailbox,
) -> None:
    row = send(chen, now)
    deliver_due(now)
    assert Delivery.objects.visible_to(SYSTEM).get(id=row.id).state == "delivered"
    assert len(mailbox.messages) == 1
    assert b"Lijiang" not in push_service.bodies[0]
    clear = http_ece.decrypt(push_service.bodies[0], private_key=private, auth_secret=SECRET)
    assert json.loads(clear)["title"] == "Guest registration does not answer"
    assert keys.public_key() in push_service.headers[0]["authorization"]


@pytest.mark.parametrize(
    ("status", "state", "gone"),
    [
        (410, "failed", True),
        (404, "failed", True),
        (503, "waiting", False),
        (429, "waiting", False),
    ],
)
def test_the_services_answer_decides_what_becomes_of_the_subscription(
    chen: User,
    now: datetime,
    browser: Address,
    push_service: PushService,
    deliver_due: Callable[[datetime], int],
    status: int,
    state: str,
    gone: bool,
) -> None:
    push_service.status = status
    row = send(chen, now)
    deliver_due(now)
    browser = Address.objects.visible_to(SYSTEM).get(id=browser.id)
    assert Delivery.objects.visible_to(SYSTEM).get(id=row.id).state == state
    assert (browser.gone_at is not None) == gone


def test_the_key_is_made_once_and_is_ours_alone(data_folder: Path) -> None:
    first = keys.public_key()
    assert keys.public_key() == first
    assert stat.S_IMODE(keys.key_file().stat().st_mode) == 0o600
    assert keys.key_file().is_relative_to(data_folder)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://localhost/1",
        "https://db.internal/1",
        "file:///etc/passwd",
        "https://push.example.com/" + "x" * 1000,
    ],
)
def test_an_address_we_should_not_call_is_refused(chen: User, now: datetime, endpoint: str) -> None:
    actor = actor_for(chen)
    assert actor is not None
    with pytest.raises(errors.BadSubscription):
        operations.subscribe(actor=actor, now=now, endpoint=endpoint, p256dh="k", auth="a")


def test_a_browser_subscribes_once_and_leaves(chen: User, now: datetime) -> None:
    actor = actor_for(chen)
    assert actor is not None
    for _ in range(2):
        operations.subscribe(
            actor=actor, now=now, endpoint="https://push.example.com/1", p256dh="k", auth="a"
        )
    assert queries.browsers(actor).count() == 1
    operations.unsubscribe(actor=actor, now=now, endpoint="https://push.example.com/1")
    assert not queries.browsers(actor).exists()
