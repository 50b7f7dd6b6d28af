"""How a change of a case is told to the rooms above: the part every case fact shares."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from reachback.cases.models import Case


class Telling(TypedDict):
    """The fields of every fact of a case."""

    case_id: UUID
    number: int
    organisation_id: UUID
    site_id: UUID | None
    device_id: UUID | None
    subject: str
    priority: int
    occurred_at: datetime


def telling(case: Case, now: datetime) -> Telling:
    """The shared fields, read from the case as it stands."""
    return Telling(
        case_id=case.id,
        number=case.number,
        organisation_id=case.organisation_id,
        site_id=case.site_id,
        device_id=case.device_id,
        subject=case.subject,
        priority=case.priority,
        occurred_at=now,
    )
