"""Create a site of an organisation."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Site


def create_site(  # noqa: PLR0913 - a place has that many sides
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    name: str,
    city: str = "",
    country: str = "",
    zone: str = "UTC",
    language: str = "en",
    address: str = "",
    sample: bool = False,
) -> Site:
    """A place with its own clock. Raises MayNotManage, NoSuchOrganisation, AlreadyTaken."""
    owner = queries.organisation(actor, organisation_id)
    if not policy.may_manage_sites(actor, owner.id):
        raise errors.MayNotManage
    created = Site(
        organisation=owner,
        name=name.strip()[:120],
        city=city.strip()[:80],
        country=country.strip().upper(),
        zone=zone,
        language=language,
        address=address.strip()[:300],
        sample=sample,
    )
    created.clean_fields(exclude=["organisation"])
    try:
        with transaction.atomic():
            created.save(force_insert=True)
            record(
                actor=actor,
                now=now,
                action="site.created",
                organisation_id=owner.id,
                subject_kind="site",
                subject_id=created.id,
                subject_label=created.name,
            )
    except IntegrityError as error:
        raise errors.AlreadyTaken(created.name) from error
    return created
