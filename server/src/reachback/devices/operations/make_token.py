"""Make a one-time enrolment token."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.devices import hostile, policy
from reachback.devices.errors import MayNotEnrol
from reachback.devices.models import EnrolmentToken
from reachback.kernel.actors import Actor

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class NewToken:
    """A token just made. `token` is shown once and kept nowhere."""

    id: UUID
    token: str
    expires_at: datetime


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return sha256(token.encode()).hexdigest()


def make_token(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    site_id: UUID | None,
    name: str,
    lifetime: timedelta = LIFETIME,
) -> NewToken:
    """Make a token with which one device of the customer may enrol once, within `lifetime`."""
    if not policy.may_enrol(actor, organisation_id):
        raise MayNotEnrol
    token = "enrol-" + secrets.token_urlsafe(24)
    with transaction.atomic():
        row = EnrolmentToken.objects.create(
            organisation_id=organisation_id,
            site_id=site_id,
            name=hostile.text(name, 80),
            token_hash=token_hash(token),
            made_by=actor.name[:120],
            made_at=now,
            expires_at=now + lifetime,
        )
        record(
            actor=actor,
            now=now,
            action="device.token_made",
            organisation_id=organisation_id,
            subject_kind="enrolment",
            subject_id=row.id,
            subject_label=row.name or "?",
        )
    return NewToken(row.id, token, row.expires_at)
