"""Create a team of the provider."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Team


def create_team(
    *,
    actor: Actor,
    now: datetime,
    organisation_id: UUID,
    name: str,
    about: str = "",
    sample: bool = False,
) -> Team:
    """Agents who share a queue. Raises MayNotManage, NoSuchOrganisation, AlreadyTaken."""
    owner = queries.organisation(actor, organisation_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    if not owner.is_provider:
        raise errors.NotInOrganisation
    created = Team(
        organisation=owner, name=name.strip()[:80], about=about.strip()[:200], sample=sample
    )
    created.clean_fields(exclude=["organisation"])
    try:
        with transaction.atomic():
            created.save(force_insert=True)
            record(
                actor=actor,
                now=now,
                action="team.created",
                organisation_id=owner.id,
                subject_kind="team",
                subject_id=created.id,
                subject_label=created.name,
            )
    except IntegrityError as error:
        raise errors.AlreadyTaken(created.name) from error
    return created
