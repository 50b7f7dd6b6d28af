"""Open a resolved or closed case again."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy, text
from reachback.cases.errors import WrongState
from reachback.cases.facts import CaseReopened
from reachback.cases.models import Resolution
from reachback.cases.statuses import OPEN
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor


def reopen(*, actor: Actor, now: datetime, case_id: UUID, reason: str = "") -> UUID:
    """Reopen the case; its resolution is withdrawn and kept. Raises WrongState when open."""
    with ledger.changing(
        actor=actor, now=now, case_id=case_id, action="case.reopened", allowed=policy.may_reopen
    ) as change:
        case = change.case
        if case.is_open:
            raise WrongState(_("The case is open already."), status=case.status)
        entry_id = back_to_work(change, status=OPEN, reason=reason)
        facts.publish(CaseReopened(**telling(case, now)), now=now)
    return entry_id


def back_to_work(change: ledger.Change, *, status: str, reason: str) -> UUID:
    """Withdraw the resolution and go on with `status`, inside an open change."""
    found = Resolution.objects.marked_scoped()
    found.filter(case_id=change.case.id, withdrawn_at=None).update(withdrawn_at=change.now)
    before = change.put(status=status, resolved_at=None, closed_at=None)
    entry = change.log(
        data={
            "field": "status",
            "from": before["status"],
            "to": status,
            "why": text.one_line(reason, 300),
        },
        clock="reopened",
        visible=True,
    )
    return entry.id
