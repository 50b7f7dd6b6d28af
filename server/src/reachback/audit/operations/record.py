"""Append one act to the log, in the transaction of the act itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from reachback.audit.content import clean_data, clean_text, whole_milliseconds
from reachback.audit.models import AuditListing, AuditRow, Unsequenced
from reachback.kernel import bells
from reachback.kernel.actors import Actor
from reachback.kernel.transactions import require_transaction

BELL = "audit"
#: Acts that belong to no organisation (the installation's own) stand in this log.
INSTALLATION = UUID(int=0)


def record(  # noqa: PLR0913 - an act has that many sides
    *,
    actor: Actor,
    now: datetime,
    action: str,
    organisation_id: UUID | None,
    subject_kind: str,
    subject_id: UUID | str,
    subject_label: str,
    data: dict[str, Any] | None = None,
    also_organisation_ids: tuple[UUID, ...] = (),
) -> None:
    """Record that `actor` did `action` (`case.opened`) to the subject.

    The row stands in the log of `organisation_id` (None: the installation's own) and of every
    other one named, for example the provider's when it acts on a customer's device. `data` says
    why, in JSON without floats (NotRecordable). Raises TransactionRequired outside a transaction.
    """
    require_transaction("audit.record")
    home = organisation_id or INSTALLATION
    row = AuditRow.objects.create(
        occurred_at=whole_milliseconds(now),
        action=action,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=clean_text(actor.name, 200),
        actor_organisation_id=actor.organisation_id,
        organisation_id=home,
        subject_kind=subject_kind,
        subject_id=clean_text(str(subject_id), 100),
        subject_label=clean_text(subject_label, 300),
        data=clean_data(data or {}),
    )
    logs = list(dict.fromkeys((home, *also_organisation_ids)))
    AuditListing.objects.bulk_create([AuditListing(row=row, organisation_id=o) for o in logs])
    Unsequenced.objects.bulk_create([Unsequenced(row=row, organisation_id=o) for o in logs])
    bells.ring_after_commit(BELL)
