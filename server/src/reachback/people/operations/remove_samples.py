"""Remove the sample customers with their sites, contacts and people."""

from datetime import datetime

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people.models import Contact, Organisation, Site, User


def remove_samples(*, actor: Actor, now: datetime) -> int:
    """Remove every sample organisation the actor may see; return how many.

    Whatever still refers to them (cases, devices, entitlements) is removed by its own room first.
    """
    with transaction.atomic():
        rows = list(Organisation.objects.visible_to(actor).filter(sample=True))
        ids = [row.id for row in rows]
        for row in rows:
            record(
                actor=actor,
                now=now,
                action="organisation.sample_removed",
                organisation_id=row.id,
                subject_kind="organisation",
                subject_id=row.id,
                subject_label=row.name,
            )
        for model in (Contact, Site, User):
            model.objects.visible_to(actor).filter(organisation_id__in=ids).delete()
        Organisation.objects.visible_to(actor).filter(id__in=ids).delete()
    return len(rows)
