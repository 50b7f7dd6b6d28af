"""Change what a team is called and what it is for."""

from datetime import datetime
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Team
from reachback.people.operations.saving import save_changes


def change_team(*, actor: Actor, now: datetime, team_id: UUID, name: str, about: str) -> Team:
    """Name and purpose. Raises MayNotManage, NoSuchTeam, AlreadyTaken."""
    row = queries.team(actor, team_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    values = {"name": name.strip()[:80], "about": about.strip()[:200]}
    owner = row.organisation_id
    save_changes(actor, now, row, kind="team", organisation_id=owner, values=values)
    return row
