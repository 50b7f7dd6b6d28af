"""Let one browser receive push notifications, or stop it."""

import ipaddress
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from reachback.audit.operations import record
from reachback.delivery.errors import BadSubscription, NotAPerson
from reachback.delivery.models import Address, Channel
from reachback.kernel.actors import Actor

_LONGEST_KEY = 200


def subscribe(
    *, actor: Actor, now: datetime, endpoint: str, p256dh: str, auth: str, label: str = ""
) -> Address:
    """Keep the browser's subscription; again is once. Raises NotAPerson, BadSubscription."""
    if actor.kind != "person" or actor.id is None:
        raise NotAPerson
    _check(endpoint, p256dh, auth)
    address: Address
    with transaction.atomic():
        address, created = Address.objects.visible_to(actor).update_or_create(
            person_id=actor.id,
            channel=Channel.PUSH,
            value=endpoint,
            defaults={"keys": {"p256dh": p256dh, "auth": auth}, "gone_at": None},
            create_defaults={
                "keys": {"p256dh": p256dh, "auth": auth},
                "label": label[:120],
                "added_at": now,
            },
        )
        if created:
            _record(actor, now, "delivery.push_subscribed")
    return address


def unsubscribe(*, actor: Actor, now: datetime, endpoint: str) -> None:
    """Forget one's own subscription; absent is no error. Raises NotAPerson."""
    if actor.kind != "person" or actor.id is None:
        raise NotAPerson
    with transaction.atomic():
        mine = Address.objects.visible_to(actor).filter(
            person_id=actor.id, channel=Channel.PUSH, value=endpoint
        )
        if mine.delete()[0]:
            _record(actor, now, "delivery.push_unsubscribed")


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    """Only an https address with a public name: the endpoint is an address *we* will call.

    A push service of one's own network is allowed by its origin in the settings.
    """
    fits = (
        len(endpoint) <= 1000 and 0 < len(p256dh) <= _LONGEST_KEY and 0 < len(auth) <= _LONGEST_KEY
    )
    if not fits or not (_is_named(endpoint) or _is_public(endpoint)):
        raise BadSubscription


def _is_named(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}" in settings.REACHBACK_PUSH_SERVICES


def _is_public(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
        is_name = False
    except ValueError:
        is_name = "." in host and not host.endswith((".local", ".localhost", ".internal"))
    return parts.scheme == "https" and is_name


def _record(actor: Actor, now: datetime, action: str) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=actor.organisation_id,
        subject_kind="person",
        subject_id=str(actor.id),
        subject_label=actor.name,
    )
