"""What happened to a device before: its previous cases, in a few plain lines."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from reachback.cases.visibility import visible_cases
from reachback.kernel.actors import Actor

MOST = 5


class Previous(TypedDict):
    """One earlier case of a device; dates are ISO 8601."""

    number: int
    subject: str
    status: str
    opened: str


def previous_of_device(
    actor: Actor, device_id: UUID | None, *, now: datetime, besides: UUID | None = None
) -> list[Previous]:
    """The device's latest cases before `now`, newest first."""
    if device_id is None:
        return []
    found = visible_cases(actor).filter(device_id=device_id, opened_at__lte=now)
    if besides is not None:
        found = found.exclude(pk=besides)
    rows = found.order_by("-opened_at").values_list("number", "subject", "status", "opened_at")[
        :MOST
    ]
    return [
        Previous(number=number, subject=subject, status=status, opened=opened.isoformat())
        for number, subject, status, opened in rows
    ]
