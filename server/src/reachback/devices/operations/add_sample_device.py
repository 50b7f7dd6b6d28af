"""Write down a device of the sample history: a record without a machine behind it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.devices import hostile, policy
from reachback.devices.errors import MayNotEnrol
from reachback.devices.models import Device
from reachback.kernel.actors import Actor


def add_sample_device(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    site_id: UUID,
    name: str,
    tags: Sequence[str],
    system: str,
) -> UUID:
    """Write the record and return its id. It has no key, so nothing can ever link as it."""
    if not policy.may_enrol(actor, organisation_id):
        raise MayNotEnrol
    with transaction.atomic():
        row = Device.objects.create(
            organisation_id=organisation_id,
            site_id=site_id,
            name=hostile.text(name, 80),
            tags=list(tags),
            system=hostile.text(system, 200),
            enrolled_at=now,
            sample=True,
        )
        record(
            actor=actor,
            now=now,
            action="device.sample_added",
            organisation_id=organisation_id,
            subject_kind="device",
            subject_id=row.id,
            subject_label=row.name,
        )
    identity: UUID = row.id
    return identity
