"""Mark that a device session runs on a case, or that none does any more."""

from datetime import datetime
from uuid import UUID

from reachback.cases import ledger, policy
from reachback.kernel.actors import Actor


def set_live_session(*, actor: Actor, now: datetime, case_id: UUID, live: bool) -> None:
    """Set the mark; the entry that says who was on the device is written by the caller."""
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.session_live" if live else "case.session_over",
        allowed=policy.may_work,
    ) as change:
        if change.case.live_session != live:
            change.put(live_session=live)
            change.log(data={"field": "live_session", "to": live})
