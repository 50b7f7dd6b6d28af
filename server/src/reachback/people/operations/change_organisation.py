"""Change what an organisation is called and where its clock is."""

from datetime import datetime
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Organisation
from reachback.people.operations.saving import save_changes


def change_organisation(
    *, actor: Actor, now: datetime, organisation_id: UUID, name: str, zone: str, language: str
) -> Organisation:
    """Name, zone and language. Raises MayNotManage, NoSuchOrganisation, ValidationError."""
    row = queries.organisation(actor, organisation_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    values = {"name": name.strip()[:120], "zone": zone, "language": language}
    save_changes(actor, now, row, kind="organisation", organisation_id=row.id, values=values)
    return row
