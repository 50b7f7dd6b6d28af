"""Publish a narrowing the customer signed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import delivering, documents, governing, policy, queries, tellings
from reachback.access.errors import DocumentRefused, MayNotGovern
from reachback.access.models import Narrowing
from reachback.access.refusing import recorded_refusal
from reachback.audit.operations import record
from reachback.devices import queries as device_queries
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire


def publish_narrowing(
    *, actor: Actor, now: datetime, organisation_id: UUID, document: object
) -> UUID:
    """Keep a narrowing signed with the customer's revoke key, deliver it, cut what it forbids.

    Raises MayNotGovern, DocumentRefused.
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    with (
        recorded_refusal(actor=actor, now=now, organisation_id=organisation_id, kind="narrowing"),
        transaction.atomic(),
    ):
        given = governing.envelope(document)
        narrowing = governing.read(given, wire.Narrowing)
        if narrowing.author != "customer":
            raise DocumentRefused("malformed", _("Only a customer's narrowing is published here."))
        contract = queries.running_contract(actor, organisation_id)
        earlier: list[Any] = [contract] if contract else []
        rows = queries.narrowings(actor, organisation_id)
        earlier += [row for row in rows if row.document == narrowing.id]
        governing.check(governing.trust_of(queries.keysets(actor, organisation_id), earlier), given)
        row = keep_narrowing(organisation_id, narrowing, given, now=now)
        record(
            actor=actor,
            now=now,
            action="contract.narrowed",
            organisation_id=organisation_id,
            subject_kind="narrowing",
            subject_id=row.id,
            subject_label=narrowing.reason[:200] or narrowing.effect,
            data={"effect": narrowing.effect, "author": narrowing.author},
        )
        tellings.contract_changed(organisation_id)
    enforce(actor, organisation_id, row)
    return row.id


def keep_narrowing(
    organisation_id: UUID,
    narrowing: wire.Narrowing,
    given: wire.Envelope,
    *,
    now: datetime,
    asked_by: str = "",
) -> Narrowing:
    """Write the row of a narrowing whose signature was checked or just made."""
    row: Narrowing = Narrowing.objects.create(
        organisation_id=organisation_id,
        document=narrowing.id,
        author=narrowing.author,
        serial=narrowing.serial,
        contract_digest=narrowing.contract,
        effect=narrowing.effect,
        devices=list(narrowing.devices),
        reason=narrowing.reason[:300],
        lifted=narrowing.lifted,
        body=given.body,
        signatures=list(given.signatures),
        digest=given.digest,
        asked_by=asked_by[:120],
        published_at=now,
    )
    return row


def enforce(actor: Actor, organisation_id: UUID, row: Narrowing) -> None:
    """Cut live sessions first, then hand the narrowing to the devices. After commit."""
    if not row.lifted and row.effect == "revoke-all":
        sentence = f"{row.asked_by or 'The customer'} revoked all access."
        delivering.cut_sessions(
            queries.open_session_ids(actor, organisation_id), "revoked", sentence
        )
    ids = device_queries.device_ids(organisation_id)
    delivering.send_documents(ids, [documents.document(row, wire.Narrowing.TYPE)])
