"""Wait for a device that is in contact on demand: be told when it is there, or no longer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.devices import queries
from reachback.devices.models import Device, Expectation
from reachback.kernel.actors import Actor


def expect_device(*, actor: Actor, now: datetime, device_id: UUID, href: str) -> bool:
    """Tell the actor when the device is there; False if that is so already. UnknownDevice."""
    device = queries.device(actor, device_id)
    with transaction.atomic():
        row, made = Expectation.objects.visible_to(actor).get_or_create(
            organisation_id=device.organisation_id,
            device=device,
            person_id=actor.id,
            told_at=None,
            defaults={"href": href[:200], "asked_at": now},
        )
        if not made:
            row.href = href[:200]
            row.save(update_fields=["href"])
            return False
        _record(actor, now, device, "device.awaited")
    return True


def stop_expecting(*, actor: Actor, now: datetime, device_id: UUID) -> bool:
    """Wait no longer; False if the actor did not. UnknownDevice."""
    device = queries.device(actor, device_id)
    with transaction.atomic():
        rows = Expectation.objects.visible_to(actor)
        gone, _each = rows.filter(device=device, person_id=actor.id, told_at=None).delete()
        if gone:
            _record(actor, now, device, "device.awaited_no_more")
    return bool(gone)


def _record(actor: Actor, now: datetime, device: Device, action: str) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=device.organisation_id,
        subject_kind="device",
        subject_id=device.id,
        subject_label=device.name,
        data={},
    )
