"""The keys approvers sign with: registered here, named by the customer in its keyset."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access.approvals import rota
from reachback.access.approvals.errors import KeyRefused, MayNotAnswer
from reachback.access.models import ApproverKey
from reachback.audit import operations as audit
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey

MOST = 10
_SYSTEM = actors.system("access.approvals")


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A public line and where its private half is. `credential` belongs to a passkey."""

    line: str
    kind: str
    label: str
    credential: str = ""


def own(actor: Actor) -> UUID:
    """Return the customer's organisation of this person; MayNotAnswer for everybody else."""
    if actor.kind != "person" or actor.is_provider or actor.organisation_id is None:
        raise MayNotAnswer
    return actor.organisation_id


def add_key(*, actor: Actor, now: datetime, key: NewKey) -> ApproverKey:
    """Register one's own key; one that anybody registered before stays theirs. KeyRefused."""
    organisation_id = own(actor)
    label = " ".join(key.label.split())[:80]
    try:
        PublicKey.parse(key.line)
    except Refusal as refusal:
        raise KeyRefused(refusal.sentence) from refusal
    if key.kind not in ApproverKey.Kind.values or not label:
        raise KeyRefused(_("Give the key a name."))
    with transaction.atomic():
        if rota.keys(organisation_id).filter(person_id=actor.id).count() >= MOST:
            raise KeyRefused(_("You have %(most)s keys: remove one first.") % {"most": MOST})
        known: QuerySet[ApproverKey] = ApproverKey.objects.visible_to(_SYSTEM)
        if known.filter(line=key.line).exists():
            raise KeyRefused(_("This key was registered before."))
        row: ApproverKey = ApproverKey.objects.create(
            organisation_id=organisation_id,
            person_id=actor.id,
            line=key.line,
            kind=key.kind,
            label=label,
            credential=key.credential[:1400],
            added_at=now,
        )
        _record(actor, now, row, "approval.key_added")
    return row


def remove_key(*, actor: Actor, now: datetime, key_id: UUID) -> None:
    """Stop using one's own key here; the keyset is where the customer takes it from devices."""
    with transaction.atomic():
        row = rota.keys(own(actor)).filter(id=key_id, person_id=actor.id).first()
        if row is None:
            raise MayNotAnswer
        row.removed_at = now
        row.save(update_fields=["removed_at"])
        _record(actor, now, row, "approval.key_removed")


def _record(actor: Actor, now: datetime, row: ApproverKey, action: str) -> None:
    audit.record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=row.organisation_id,
        subject_kind="key",
        subject_id=row.id,
        subject_label=row.label,
        data={"fingerprint": PublicKey.parse(row.line).fingerprint, "kind": row.kind},
    )
