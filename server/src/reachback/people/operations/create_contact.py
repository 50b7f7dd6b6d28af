"""Write down a contact with the addresses they are reached at."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Contact, ContactAddress


def create_contact(  # noqa: PLR0913 - a contact has that many sides
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    name: str,
    site_id: UUID | None = None,
    user_id: UUID | None = None,
    job: str = "",
    language: str = "",
    emails: Sequence[str] = (),
    phones: Sequence[str] = (),
    sample: bool = False,
) -> Contact:
    """A person at a customer. Raises MayNotManage, NoSuchSite, NotInOrganisation."""
    owner = queries.organisation(actor, organisation_id)
    if not policy.may_change_contacts(actor, owner.id):
        raise errors.MayNotManage
    site = None if site_id is None else queries.site(actor, site_id)
    user = None if user_id is None else queries.person(actor, user_id)
    for thing in (site, user):
        if thing is not None and thing.organisation_id != owner.id:
            raise errors.NotInOrganisation
    with transaction.atomic():
        created: Contact = Contact.objects.create(
            organisation=owner,
            site=site,
            user=user,
            name=name.strip()[:120],
            job=job.strip()[:80],
            language=language or owner.language,
            sample=sample,
        )
        ContactAddress.objects.bulk_create(addresses_of(created, emails, phones))
        record(
            actor=actor,
            now=now,
            action="contact.created",
            organisation_id=owner.id,
            subject_kind="contact",
            subject_id=created.id,
            subject_label=created.name,
        )
    return created


def addresses_of(
    contact: Contact, emails: Sequence[str], phones: Sequence[str]
) -> list[ContactAddress]:
    """Rows for these addresses: each once, empty ones left out, e-mail in lower case."""
    wanted = [(ContactAddress.Kind.EMAIL, each.strip().lower()[:254]) for each in emails]
    wanted += [(ContactAddress.Kind.PHONE, each.strip()[:254]) for each in phones]
    return [
        ContactAddress(contact=contact, kind=kind, value=value)
        for kind, value in dict.fromkeys(wanted)
        if value
    ]
