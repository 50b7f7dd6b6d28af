"""Entitle an organisation, or one of its sites, to a service level."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.agreements.models import Entitlement
from reachback.audit.operations import record
from reachback.kernel import tenancy
from reachback.kernel.actors import Actor


def entitle(  # noqa: PLR0913 - an entitlement has that many sides
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    service_level_id: UUID,
    site_id: UUID | None = None,
    channels: Sequence[str] = (),
    starts: datetime | None = None,
    ends: datetime | None = None,
    sample: bool = False,
) -> UUID:
    """Store the entitlement and return its id; it starts `now` unless `starts` says otherwise."""
    with transaction.atomic(), tenancy.scope(actor):
        row: Entitlement = Entitlement.objects.create(
            organisation_id=organisation_id,
            site_id=site_id,
            service_level_id=service_level_id,
            channels=list(channels),
            starts=starts or now,
            ends=ends,
            sample=sample,
        )
        record(
            actor=actor,
            now=now,
            action="entitlement.created",
            organisation_id=organisation_id,
            subject_kind="entitlement",
            subject_id=row.id,
            subject_label=str(service_level_id),
        )
    return row.id
