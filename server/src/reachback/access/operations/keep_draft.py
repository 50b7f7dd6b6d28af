"""Begin, change and throw away the draft of a customer's contract."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from reachback.access import policy
from reachback.access.drafting import shapes
from reachback.access.drafting.shapes import Value
from reachback.access.errors import DraftMoved, MayNotGovern, NoDraft
from reachback.access.models import ContractDraft
from reachback.audit.operations import record
from reachback.kernel.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A change of one part: `part` finds it, `mark` is how it read to who wrote, `make` does it."""

    part: Callable[[Value], object]
    mark: str
    make: Callable[[Value], Value]


def begin_draft(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    value: Value,
    based_on: str = "",
    template: str = "",
) -> ContractDraft:
    """Begin to write; what was being written before is replaced. Raises MayNotGovern."""
    _check(actor, organisation_id)
    with transaction.atomic():
        _rows(actor, organisation_id).delete()
        row: ContractDraft = ContractDraft.objects.create(
            organisation_id=organisation_id,
            value=shapes.normal(value),
            based_on=based_on,
            template=template,
            begun_at=now,
            begun_by_name=actor.name[:120],
            edited_at=now,
            edited_by_name=actor.name[:120],
        )
        _record(actor, now, row, "contract.draft_begun")
    return row


def change_draft(
    *, actor: Actor, now: datetime, organisation_id: UUID, edit: Edit
) -> ContractDraft:
    """Change one part of the draft. Raises MayNotGovern, NoDraft, or DraftMoved when that part
    is no longer as it was when the writer read it.
    """
    _check(actor, organisation_id)
    with transaction.atomic():
        row = _rows(actor, organisation_id).select_for_update().first()
        if row is None:
            raise NoDraft
        if shapes.mark(edit.part(row.value)) != edit.mark:
            raise DraftMoved(row.edited_by_name)
        row.value = shapes.normal(edit.make(row.value))
        row.edited_at, row.edited_by_name = now, actor.name[:120]
        row.save()
    return row


def discard_draft(*, actor: Actor, now: datetime, organisation_id: UUID) -> None:
    """Throw the draft away. Raises MayNotGovern, NoDraft."""
    _check(actor, organisation_id)
    with transaction.atomic():
        row = _rows(actor, organisation_id).first()
        if row is None:
            raise NoDraft
        _record(actor, now, row, "contract.draft_discarded")
        row.delete()


def _check(actor: Actor, organisation_id: UUID) -> None:
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern


def _rows(actor: Actor, organisation_id: UUID) -> "QuerySet[ContractDraft]":
    found: QuerySet[ContractDraft] = ContractDraft.objects.visible_to(actor)
    return found.filter(organisation_id=organisation_id)


def _record(actor: Actor, now: datetime, row: ContractDraft, action: str) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=row.organisation_id,
        subject_kind="contract",
        subject_id=row.id,
        subject_label=str(row.value.get("title", ""))[:200],
        data={"clauses": len(shapes.clauses(row.value)), "template": row.template},
    )
