"""Reading requests for approval, and the approvals that a grant carries."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from reachback.access.approvals.errors import NoSuchApproval
from reachback.access.models import ApprovalAnswer, ApprovalRequest
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire

_SYSTEM = actors.system("access.approvals")
State = ApprovalRequest.State
OPEN = (State.WAITING, State.APPROVED)


def requests(actor: Actor) -> "QuerySet[ApprovalRequest]":
    """Every request the actor may see, newest first."""
    found: QuerySet[ApprovalRequest] = ApprovalRequest.objects.visible_to(actor)
    return found.select_related("device", "device__site", "organisation", "case", "requester")


def request(actor: Actor, request_id: UUID) -> ApprovalRequest:
    """One request; NoSuchApproval if it is not there or not the actor's to see."""
    found = requests(actor).filter(id=request_id).first()
    if found is None:
        raise NoSuchApproval
    return found


def locked(request_id: UUID) -> ApprovalRequest:
    """The same for changing it, inside a transaction."""
    found: QuerySet[ApprovalRequest] = ApprovalRequest.objects.visible_to(_SYSTEM)
    row = found.select_for_update(of=("self",)).filter(id=request_id).first()
    if row is None:
        raise NoSuchApproval
    return row


def yeses(row: ApprovalRequest) -> Sequence[ApprovalAnswer]:
    """The signed answers, oldest first."""
    return list(row.answers.filter(approves=True).select_related("person"))


def carried(row: ApprovalRequest) -> tuple[wire.CarriedApproval, ...]:
    """The approvals as a grant carries them."""
    return tuple(
        wire.CarriedApproval(row.body, wire.Envelope(each.body, tuple(each.signatures)))
        for each in yeses(row)
    )
