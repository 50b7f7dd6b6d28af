"""Remove the devices of the sample history."""

from datetime import datetime

from django.db import transaction

from reachback.audit.operations import record
from reachback.devices.models import Device
from reachback.kernel.actors import Actor


def remove_samples(*, actor: Actor, now: datetime) -> int:
    """Remove every sample device the actor may see; return how many. Real devices stay."""
    with transaction.atomic():
        rows = list(Device.objects.visible_to(actor).filter(sample=True))
        for row in rows:
            record(
                actor=actor,
                now=now,
                action="device.sample_removed",
                organisation_id=row.organisation_id,
                subject_kind="device",
                subject_id=row.id,
                subject_label=row.name,
            )
        Device.objects.visible_to(actor).filter(id__in=[row.id for row in rows]).delete()
    return len(rows)
