"""Remove the entitlements of the sample customers."""

from datetime import datetime

from django.db import transaction

from reachback.agreements.models import Entitlement
from reachback.audit.operations import record
from reachback.kernel.actors import Actor


def remove_samples(*, actor: Actor, now: datetime) -> int:
    """Remove every sample entitlement the actor may see; return how many."""
    with transaction.atomic():
        rows = list(Entitlement.objects.visible_to(actor).filter(sample=True))
        for row in rows:
            record(
                actor=actor,
                now=now,
                action="entitlement.sample_removed",
                organisation_id=row.organisation_id,
                subject_kind="entitlement",
                subject_id=row.id,
                subject_label="",
            )
        Entitlement.objects.visible_to(actor).filter(id__in=[row.id for row in rows]).delete()
    return len(rows)
