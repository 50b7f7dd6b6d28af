"""A timer: the next stand-in is told, or the time for an answer is over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from reachback.access import queries
from reachback.access.approvals import asking, notices, requests
from reachback.access.models import ApprovalRequest
from reachback.kernel import actors

_SYSTEM = actors.system("access.approvals")


def wake(payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
    """Go on with a request that still waits."""
    row = requests.locked(UUID(payload["request"]))
    if row.state != ApprovalRequest.State.WAITING:
        return
    contract = queries.running_contract(_SYSTEM, row.organisation_id)
    rule = asking.rule_of(queries.parsed(contract) if contract else None, row.clause)
    if rule is None or row.answer_by <= now:
        asking.end(row, ApprovalRequest.State.EXPIRED, actor=_SYSTEM, now=now)
        return
    notices.tell_next(row, rule, origin=payload["origin"], now=now)
    asking.schedule(row, origin=payload["origin"], now=now)
