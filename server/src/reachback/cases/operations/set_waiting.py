"""Wait for the customer, or go on: pauses and resumes the clocks."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy
from reachback.cases.errors import WrongState
from reachback.cases.statuses import NEW, OPEN, WAITING
from reachback.kernel.actors import Actor


def set_waiting(
    *, actor: Actor, now: datetime, case_id: UUID, waiting: bool, reason: str = ""
) -> UUID | None:
    """Pause (`waiting`) or resume the case. Returns the entry; None when nothing changes."""
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.waiting" if waiting else "case.resumed",
        allowed=policy.may_work,
    ) as change:
        case = change.case
        if not case.is_open:
            raise WrongState(_("The case is already finished."), status=case.status)
        if (case.status == WAITING) == waiting:
            return None
        status = WAITING if waiting else OPEN
        before = change.put(status=status)
        entry = change.log(
            data={
                "field": "status",
                "from": before["status"] if before["status"] != NEW else OPEN,
                "to": status,
                "why": reason[:300],
            },
            clock="paused" if waiting else "resumed",
        )
    return entry.id
