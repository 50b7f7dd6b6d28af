"""Name a skill, or give it another name."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Skill
from reachback.people.operations.saving import save_changes


def create_skill(*, actor: Actor, now: datetime, organisation_id: UUID, name: str) -> Skill:
    """A skill of the provider. Raises MayNotManage, NoSuchOrganisation, AlreadyTaken."""
    owner = queries.organisation(actor, organisation_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    if not owner.is_provider:
        raise errors.NotInOrganisation
    created = Skill(organisation=owner, name=name.strip()[:80])
    created.clean_fields(exclude=["organisation"])
    try:
        with transaction.atomic():
            created.save(force_insert=True)
            record(
                actor=actor,
                now=now,
                action="skill.created",
                organisation_id=owner.id,
                subject_kind="skill",
                subject_id=created.id,
                subject_label=created.name,
            )
    except IntegrityError as error:
        raise errors.AlreadyTaken(created.name) from error
    return created


def rename_skill(*, actor: Actor, now: datetime, skill_id: UUID, name: str) -> Skill:
    """Who has it keeps it under the new name. Raises MayNotManage, NoSuchSkill, AlreadyTaken."""
    row = queries.skill(actor, skill_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    values = {"name": name.strip()[:80]}
    owner = row.organisation_id
    save_changes(actor, now, row, kind="skill", organisation_id=owner, values=values)
    return row
