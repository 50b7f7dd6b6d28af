"""Put a person into a team, or take them out."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Team, TeamMembership, User


def add_member(*, actor: Actor, now: datetime, team_id: UUID, person_id: UUID) -> None:
    """Twice is once. Raises MayNotManage, NoSuchTeam, NoSuchPerson, NotInOrganisation."""
    team, person = _both(actor, team_id, person_id)
    if team.organisation_id != person.organisation_id:
        raise errors.NotInOrganisation
    with transaction.atomic():
        rows = TeamMembership.objects.visible_to(actor)
        _row, created = rows.get_or_create(team=team, user=person)
        if created:
            _record(actor, now, "team.member_added", team, person)


def remove_member(*, actor: Actor, now: datetime, team_id: UUID, person_id: UUID) -> None:
    """Absent already is no error. Raises MayNotManage, NoSuchTeam, NoSuchPerson."""
    team, person = _both(actor, team_id, person_id)
    with transaction.atomic():
        rows = TeamMembership.objects.visible_to(actor).filter(team=team, user=person)
        if rows.delete()[0]:
            _record(actor, now, "team.member_removed", team, person)


def _both(actor: Actor, team_id: UUID, person_id: UUID) -> tuple[Team, User]:
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    return queries.team(actor, team_id), queries.person(actor, person_id)


def _record(actor: Actor, now: datetime, action: str, team: Team, person: User) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=team.organisation_id,
        subject_kind="team",
        subject_id=team.id,
        subject_label=team.name,
        data={"person_id": str(person.id), "person": person.name},
    )
