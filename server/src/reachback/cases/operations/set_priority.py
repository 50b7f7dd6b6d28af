"""Change a case's priority; its clocks aim at the new targets from now on."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy
from reachback.cases.errors import BadEntry
from reachback.cases.statuses import PRIORITY_NAMES
from reachback.kernel.actors import Actor


def set_priority(*, actor: Actor, now: datetime, case_id: UUID, priority: int) -> UUID | None:
    """Set the priority (1 to 4). Returns the entry, for undo; None when nothing changes."""
    if priority not in PRIORITY_NAMES:
        raise BadEntry(_("A priority is 1 (most urgent) to 4."), field="priority")
    with ledger.changing(
        actor=actor,
        now=now,
        case_id=case_id,
        action="case.priority_changed",
        allowed=policy.may_work,
    ) as change:
        if change.case.priority == priority:
            return None
        before = change.put(
            priority=priority,
            priority_why=_("%(name)s set priority %(priority)s.")
            % {"name": actor.name[:120], "priority": priority},
        )
        entry = change.log(
            data={
                "field": "priority",
                "priority": priority,
                "before": before,
                "after": {"priority": priority},
            },
            clock="priority",
        )
    return entry.id
