"""An approved request becomes a session: once, by who asked, for exactly what was asked."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from reachback.access.approvals import log, notices, requests
from reachback.access.errors import AccessRefused
from reachback.access.models import ApprovalRequest
from reachback.kernel.actors import Actor

State = ApprovalRequest.State


class Asked(Protocol):
    """What of a ConnectRequest an approval has to fit."""

    @property
    def approval_id(self) -> UUID | None: ...

    @property
    def device_id(self) -> UUID: ...

    @property
    def case_id(self) -> UUID | None: ...

    @property
    def capability(self) -> str: ...

    @property
    def run_as(self) -> str: ...

    @property
    def target(self) -> str: ...


def approved(actor: Actor, asked: Asked, now: datetime) -> ApprovalRequest | None:
    """The approved request, None where none is named. AccessRefused when it is not this one.

    What counts is decided from the signatures afterwards; this only says it in plainer words.
    """
    if asked.approval_id is None:
        return None
    row = requests.request(actor, asked.approval_id)
    if row.requester_id != actor.id:
        raise AccessRefused("approval-missing", _("This was approved for somebody else."))
    if row.state != State.APPROVED:
        words = _("This request is not approved: %(state)s.") % {"state": row.get_state_display()}
        raise AccessRefused("approval-missing", words)
    same = (row.device_id, row.case_id, row.capability, row.run_as, row.target)
    if same != (asked.device_id, asked.case_id, asked.capability, asked.run_as, asked.target):
        raise AccessRefused("approval-missing", _("Something else was approved."))
    return row


def members(row: ApprovalRequest | None) -> dict[str, Any]:
    """What the wish carries of it: the session it is good for, and the signatures."""
    if row is None:
        return {}
    return {"session": str(row.session), "approvals": requests.carried(row)}


def use(actor: Actor, row: ApprovalRequest, now: datetime) -> None:
    """Mark it used, inside the transaction that mints the grant: it opens one session."""
    found = requests.locked(row.id)
    if found.state != State.APPROVED:
        raise AccessRefused("approval-missing", _("This approval has been used."))
    found.state, found.ended_at = State.USED, now
    found.save(update_fields=["state", "ended_at"])
    log.record(found, actor=actor, now=now, action="approval.used")
    notices.changed(found)
