"""A request in the audit logs of customer and provider, and on its case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reachback.access.models import ApprovalRequest
from reachback.audit import operations as audit
from reachback.cases import operations as cases
from reachback.cases.operations.add_entry import NewEntry
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback.people import queries as people


def record(
    row: ApprovalRequest,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one row about this request, with the change it tells of (inside its transaction)."""
    provider = people.provider()
    audit.record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=row.organisation_id,
        subject_kind="approval",
        subject_id=row.id,
        subject_label=row.device.name,
        data={"clause": row.clause, "asked_by": row.requester.name, **(data or {})},
        also_organisation_ids=(provider.id,) if provider else (),
    )


def on_case(row: ApprovalRequest, words: str, *, now: datetime, answer: str = "") -> None:
    """Write on the case's timeline; `words` may name %(who)s, %(reason)s and %(answer)s."""
    if row.case_id is None:
        return
    names = {"who": row.requester.name, "reason": row.reason, "answer": answer}
    entry = NewEntry(
        kind="note",
        body=words % names,
        data={"device": row.device.name, "url": f"/access/approvals/{row.id}/"},
        visible_to_customer=True,
        occurred_at=now,
    )
    author = actors.system(row.requester.name)
    cases.add_entry(actor=author, now=now, case_id=row.case_id, entry=entry)
