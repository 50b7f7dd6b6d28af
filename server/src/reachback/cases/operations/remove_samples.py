"""Remove the cases of the sample history."""

from datetime import datetime

from django.db import transaction

from reachback.audit.operations import record
from reachback.cases.models import Case, Draft
from reachback.kernel.actors import Actor


def remove_samples(*, actor: Actor, now: datetime) -> int:
    """Remove every sample case the actor may see; return how many.

    One audit row per organisation names how many went: their own audit rows stay as they are.
    """
    with transaction.atomic():
        rows = Case.objects.visible_to(actor).filter(sample=True)
        count: int = rows.count()
        for organisation_id in set(rows.values_list("organisation_id", flat=True)):
            mine = rows.filter(organisation_id=organisation_id)
            record(
                actor=actor,
                now=now,
                action="case.samples_removed",
                organisation_id=organisation_id,
                subject_kind="organisation",
                subject_id=organisation_id,
                subject_label="",
                data={"cases": mine.count()},
            )
        Draft.objects.visible_to(actor).filter(case__in=rows).delete()
        rows.delete()
    return count
