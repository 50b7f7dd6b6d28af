"""Refused documents leave a row in the log: the transaction that failed cannot carry it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.access.errors import DocumentRefused
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import queries as people


@contextmanager
def recorded_refusal(
    *, actor: Actor, now: datetime, organisation_id: UUID, kind: str
) -> Iterator[None]:
    """Record a DocumentRefused of the block in the customer's log and the provider's, and pass it.

    `kind` is the document's: `contract`, `keyset`, `statement`, `narrowing`.
    """
    try:
        yield
    except DocumentRefused as refused:
        provider = people.provider()
        with transaction.atomic():
            record(
                actor=actor,
                now=now,
                action="contract.document_refused",
                organisation_id=organisation_id,
                subject_kind="document",
                subject_id=kind,
                subject_label=kind,
                data={"kind": kind, "code": refused.code, "sentence": refused.sentence},
                also_organisation_ids=(provider.id,) if provider else (),
            )
        raise
