"""Take a skill from a person: they do not have it after all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import AgentSkill


def drop_skill(*, actor: Actor, now: datetime, person_id: UUID, skill_id: UUID) -> int:
    """Return the level it was held at, 0 if it was not. Raises MayNotManage, NoSuchPerson."""
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    person = queries.person(actor, person_id)
    skill = queries.skill(actor, skill_id)
    with transaction.atomic():
        rows = AgentSkill.objects.visible_to(actor).filter(user=person, skill=skill)
        held = rows.first()
        if held is None:
            return 0
        level: int = held.level
        rows.delete()
        record(
            actor=actor,
            now=now,
            action="person.skill_dropped",
            organisation_id=person.organisation_id,
            subject_kind="person",
            subject_id=person.id,
            subject_label=person.name,
            data={"skill": skill.name, "level": level},
        )
    return level
