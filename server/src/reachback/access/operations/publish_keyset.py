"""Publish a customer's keyset."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import delivering, documents, governing, policy, queries
from reachback.access.errors import DocumentRefused, MayNotGovern
from reachback.access.models import CustomerKeyset
from reachback.access.refusing import recorded_refusal
from reachback.audit.operations import record
from reachback.devices import queries as device_queries
from reachback.kernel.actors import Actor
from reachback_wire.documents import Keyset, keyset_fingerprint


def publish_keyset(*, actor: Actor, now: datetime, organisation_id: UUID, document: object) -> UUID:
    """Keep a signed keyset that begins or follows the customer's chain; return its row's id.

    Raises MayNotGovern, DocumentRefused (codes of documents.md).
    """
    if not policy.may_govern(actor, organisation_id):
        raise MayNotGovern
    with (
        recorded_refusal(actor=actor, now=now, organisation_id=organisation_id, kind="keyset"),
        transaction.atomic(),
    ):
        given = governing.envelope(document)
        rows = queries.keysets(actor, organisation_id)
        if rows:
            governing.check(governing.trust_of(rows), given)
        else:
            governing.check_first_keyset(given)
        keyset = governing.read(given, Keyset)
        if keyset.organisation != str(organisation_id):
            sentence = _("The keyset names another organisation than this one (%(id)s).")
            raise DocumentRefused("unknown-key", sentence % {"id": organisation_id})
        row: CustomerKeyset = CustomerKeyset.objects.create(
            organisation_id=organisation_id,
            serial=keyset.serial,
            body=given.body,
            signatures=list(given.signatures),
            digest=given.digest,
            fingerprint=keyset_fingerprint(given.body),
            tier=keyset.tier,
            published_at=now,
        )
        record(
            actor=actor,
            now=now,
            action="keyset.published",
            organisation_id=organisation_id,
            subject_kind="keyset",
            subject_id=row.id,
            subject_label=keyset.name,
            data={"serial": keyset.serial, "fingerprint": row.fingerprint},
        )
    ids = device_queries.device_ids(organisation_id)
    delivering.send_documents(ids, [documents.document(row, Keyset.TYPE)])
    return row.id
