"""Change somebody else's name, time zone and language, where one manages people."""

from datetime import datetime
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import User
from reachback.people.operations.saving import save_changes


def change_person(
    *, actor: Actor, now: datetime, person_id: UUID, name: str, zone: str, language: str
) -> User:
    """Roles, teams and reach have operations of their own. Raises MayNotManage, NoSuchPerson."""
    row = queries.person(actor, person_id)
    if not policy.may_manage_people(actor, row.organisation_id):
        raise errors.MayNotManage
    values = {"name": name.strip()[:120], "zone": zone, "language": language}
    owner = row.organisation_id
    save_changes(actor, now, row, kind="person", organisation_id=owner, values=values)
    return row
