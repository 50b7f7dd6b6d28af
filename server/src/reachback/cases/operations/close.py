"""Close a resolved case for good."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy
from reachback.cases.errors import WrongState
from reachback.cases.facts import CaseClosed
from reachback.cases.statuses import CLOSED, RESOLVED
from reachback.cases.tellings import telling
from reachback.kernel import facts
from reachback.kernel.actors import Actor


def close(*, actor: Actor, now: datetime, case_id: UUID) -> UUID:
    """Close the case and return the entry. Raises WrongState unless it is resolved."""
    with ledger.changing(
        actor=actor, now=now, case_id=case_id, action="case.closed", allowed=policy.may_close
    ) as change:
        case = change.case
        if case.status != RESOLVED:
            raise WrongState(_("Only a resolved case can be closed."), status=case.status)
        change.put(status=CLOSED, closed_at=now)
        entry = change.log(data={"field": "status", "from": RESOLVED, "to": CLOSED}, visible=True)
        facts.publish(CaseClosed(**telling(case, now)), now=now)
    return entry.id
