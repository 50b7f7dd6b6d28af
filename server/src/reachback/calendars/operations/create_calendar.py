"""Create a calendar."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.calendars import documents
from reachback.calendars.business import BusinessCalendar
from reachback.calendars.models import Calendar
from reachback.kernel.actors import Actor


def create_calendar(
    *, actor: Actor, now: datetime, name: str, calendar: BusinessCalendar, sample: bool = False
) -> UUID:
    """Store `calendar` under `name` and return its id. Raises NeverOpens for a dead calendar."""
    calendar.next_open(now)  # a calendar nobody can ever work in is refused here, with the reason
    document = documents.write(calendar)
    with transaction.atomic():
        row = Calendar.objects.create(name=name, sample=sample, **document)
        record(
            actor=actor,
            now=now,
            action="calendar.created",
            organisation_id=actor.organisation_id,
            subject_kind="calendar",
            subject_id=row.id,
            subject_label=name,
            data={"zone": calendar.zone},
        )
    return row.id
