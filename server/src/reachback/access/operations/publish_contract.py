"""Publish a customer's contract."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import delivering, documents, governing, policy, queries, rounds, tellings
from reachback.access.errors import DocumentRefused, MayNotGovern
from reachback.access.instants import instant
from reachback.access.models import ContractDocument
from reachback.access.refusing import recorded_refusal
from reachback.audit.operations import record
from reachback.devices import queries as device_queries
from reachback.kernel.actors import Actor
from reachback_wire.documents import Contract, Envelope


def publish_contract(
    *, actor: Actor, now: datetime, organisation_id: UUID, document: object
) -> UUID:
    """Keep a signed contract newer than the one in force; return its row's id.

    It is handed to every device that is linked; the others get it with their next HELLO.
    Raises MayNotGovern, DocumentRefused (codes of documents.md).
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    with (
        recorded_refusal(actor=actor, now=now, organisation_id=organisation_id, kind="contract"),
        transaction.atomic(),
    ):
        row = _keep(actor, now, organisation_id, governing.envelope(document))
        rounds.settle(row, now)
        tellings.contract_changed(organisation_id)
    ids = device_queries.device_ids(organisation_id)
    delivering.send_documents(ids, [documents.document(row, Contract.TYPE)])
    return row.id


def _keep(actor: Actor, now: datetime, organisation_id: UUID, given: Envelope) -> ContractDocument:
    contract = governing.read(given, Contract)
    earlier = queries.contracts(actor, organisation_id)[:1]
    trust = governing.trust_of(queries.keysets(actor, organisation_id), earlier)
    governing.check(trust, given)
    if contract.expires <= contract.effective:
        raise DocumentRefused("malformed", _("The contract ends before it begins."))
    running = ContractDocument.objects.visible_to(actor).filter(
        organisation_id=organisation_id, state=ContractDocument.State.RUNNING
    )
    running.update(state=ContractDocument.State.SUPERSEDED)
    row: ContractDocument = ContractDocument.objects.create(
        organisation_id=organisation_id,
        keyset_serial=contract.keyset,
        serial=contract.serial,
        title=contract.title[:200],
        body=given.body,
        signatures=list(given.signatures),
        digest=given.digest,
        effective=instant(contract.effective),
        expires=instant(contract.expires),
        published_at=now,
    )
    record(
        actor=actor,
        now=now,
        action="contract.published",
        organisation_id=organisation_id,
        subject_kind="contract",
        subject_id=row.id,
        subject_label=row.title,
        data={"serial": contract.serial, "digest": row.digest},
    )
    return row
