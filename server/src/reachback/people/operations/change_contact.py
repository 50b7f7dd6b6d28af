"""Change a contact and the addresses they are reached at."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Contact, ContactAddress
from reachback.people.operations.create_contact import addresses_of


def change_contact(  # noqa: PLR0913 - a contact has that many sides
    *,
    actor: Actor,
    now: datetime,
    contact_id: UUID,
    name: str,
    job: str,
    language: str,
    site_id: UUID | None,
    emails: Sequence[str],
    phones: Sequence[str],
) -> Contact:
    """All of it at once. Raises MayNotManage, NoSuchContact, NoSuchSite, NotInOrganisation."""
    row = queries.contact(actor, contact_id)
    if not policy.may_change_contacts(actor, row.organisation_id):
        raise errors.MayNotManage
    site = None if site_id is None else queries.site(actor, site_id)
    if site is not None and site.organisation_id != row.organisation_id:
        raise errors.NotInOrganisation
    row.name, row.job, row.language = name.strip()[:120], job.strip()[:80], language
    row.site = site
    row.clean_fields(exclude=["organisation", "user"])
    with transaction.atomic():
        row.save(update_fields=["name", "job", "language", "site"])
        ContactAddress.objects.visible_to(actor).filter(contact=row).delete()
        ContactAddress.objects.bulk_create(addresses_of(row, emails, phones))
        record(
            actor=actor,
            now=now,
            action="contact.changed",
            organisation_id=row.organisation_id,
            subject_kind="contact",
            subject_id=row.id,
            subject_label=row.name,
        )
    return row
