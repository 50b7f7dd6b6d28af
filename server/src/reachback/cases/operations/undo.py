"""Undo one's own latest dispatch, assignment, priority or resolution."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.cases import ledger, policy
from reachback.cases.errors import CannotUndo
from reachback.cases.models import Entry
from reachback.cases.operations.reopen import back_to_work
from reachback.kernel.actors import Actor

UNDO_FOR = timedelta(minutes=10)
_IDS = ("team_id", "assignee_id")


def undo(*, actor: Actor, now: datetime, case_id: UUID, entry_id: UUID) -> UUID:
    """Put back what the entry changed, and say so on the timeline. Returns the new entry.

    Raises CannotUndo when the entry is another's, too old, or the case went on since.
    """
    with ledger.changing(
        actor=actor, now=now, case_id=case_id, action="case.undone", allowed=policy.may_work
    ) as change:
        entry = _undoable(change, entry_id)
        before = entry.data["before"]
        if entry.data["field"] == "resolution":
            change.put(proposal=before.get("proposal"))
            return back_to_work(change, status=before["status"], reason=_("Undone."))
        changed = {name: _value(name, value) for name, value in before.items()}
        change.put(**changed)
        data = {"field": "undo", "undone": str(entry_id), "what": entry.data["field"]}
        if "priority" in before:
            data["priority"] = before["priority"]
            return change.log(data=data, clock="priority").id
        return change.log(data=data).id


def _undoable(change: ledger.Change, entry_id: UUID) -> Entry:
    rows = Entry.objects.marked_scoped().filter(case_id=change.case.id)
    entry: Entry | None = rows.filter(pk=entry_id, kind="change").first()
    if entry is None or "before" not in entry.data or entry.author_id != change.actor.id:
        raise CannotUndo(_("This cannot be undone."))
    if change.now - entry.recorded_at > UNDO_FOR:
        raise CannotUndo(_("It is too late to undo this; change it back by hand."))
    present = {name: ledger.plain(getattr(change.case, name)) for name in entry.data["after"]}
    if present != entry.data["after"]:
        raise CannotUndo(_("The case went on since; nothing was undone."))
    return entry


def _value(name: str, value: str | int | None) -> UUID | str | int | None:
    return UUID(value) if name in _IDS and isinstance(value, str) else value
