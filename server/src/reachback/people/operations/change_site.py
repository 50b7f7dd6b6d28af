"""Change a site."""

from datetime import datetime
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Site
from reachback.people.operations.saving import save_changes


def change_site(  # noqa: PLR0913 - a place has that many sides
    *,
    actor: Actor,
    now: datetime,
    site_id: UUID,
    name: str,
    city: str,
    country: str,
    address: str,
    zone: str,
    language: str,
) -> Site:
    """All of it at once. Raises MayNotManage, NoSuchSite, AlreadyTaken, ValidationError."""
    row = queries.site(actor, site_id)
    if not policy.may_manage_sites(actor, row.organisation_id):
        raise errors.MayNotManage
    values = {
        "name": name.strip()[:120],
        "city": city.strip()[:80],
        "country": country.strip().upper(),
        "address": address.strip()[:300],
        "zone": zone,
        "language": language,
    }
    owner = row.organisation_id
    save_changes(actor, now, row, kind="site", organisation_id=owner, values=values)
    return row
