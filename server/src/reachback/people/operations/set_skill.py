"""Say how good an agent is at something."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import AgentSkill, Skill

LEVELS = range(1, 6)


def set_skill(
    *, actor: Actor, now: datetime, person_id: UUID, skill: str, level: int
) -> AgentSkill:
    """The named skill (created if new) of one of the provider's people, level 1 to 5.

    Raises MayNotManage, NoSuchPerson; ValueError for a level outside 1 to 5.
    """
    if level not in LEVELS:
        msg = f"a skill's level is 1 to 5, not {level}"
        raise ValueError(msg)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    person = queries.person(actor, person_id)
    if not person.organisation.is_provider:
        raise errors.NotInOrganisation
    with transaction.atomic():
        named, _ = Skill.objects.visible_to(actor).get_or_create(
            organisation_id=person.organisation_id, name=skill.strip()[:80]
        )
        held: AgentSkill
        held, _ = AgentSkill.objects.visible_to(actor).update_or_create(
            skill=named, user=person, defaults={"level": level}
        )
        record(
            actor=actor,
            now=now,
            action="person.skill_set",
            organisation_id=person.organisation_id,
            subject_kind="person",
            subject_id=person.id,
            subject_label=person.name,
            data={"skill": named.name, "level": level},
        )
    return held
