"""Put a person into exactly these teams."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import TeamMembership


def set_teams(*, actor: Actor, now: datetime, person_id: UUID, team_ids: Collection[UUID]) -> None:
    """Replace the teams. Raises MayNotManage, NoSuchTeam, NoSuchPerson, NotInOrganisation."""
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    person = queries.person(actor, person_id)
    if not person.organisation.is_provider:
        raise errors.NotInOrganisation
    named = {each: queries.team(actor, each) for each in team_ids}
    with transaction.atomic():
        rows = TeamMembership.objects.visible_to(actor).filter(user=person)
        before = set(rows.values_list("team_id", flat=True))
        if before == set(named):
            return
        rows.exclude(team_id__in=named).delete()
        TeamMembership.objects.bulk_create(
            [
                TeamMembership(team=team, user=person)
                for id_, team in named.items()
                if id_ not in before
            ]
        )
        record(
            actor=actor,
            now=now,
            action="person.teams_set",
            organisation_id=person.organisation_id,
            subject_kind="person",
            subject_id=person.id,
            subject_label=person.name,
            data={"teams": sorted(team.name for team in named.values())},
        )
