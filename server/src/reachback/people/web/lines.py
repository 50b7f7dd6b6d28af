"""Rows of people's lists, made from what the queries found; no question per row."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from reachback.kernel.actors import Actor
from reachback.people import queries
from reachback.people.models import Contact, Organisation, Role, Site, User
from reachback.people.web.contexts import ContactLine, MemberLine, OrganisationLine, SiteLine
from reachback.people.web.middleware import zone_or_utc


def organisation_lines(actor: Actor, rows: Iterable[Organisation]) -> list[OrganisationLine]:
    """Each with its counts: two questions for all of them."""
    shown = list(rows)
    ids = [row.id for row in shown]
    sites = _counts(queries.sites(actor).filter(organisation_id__in=ids))
    people = _counts(queries.people(actor).filter(organisation_id__in=ids, is_active=True))
    return [
        OrganisationLine(organisation=o, sites=sites.get(o.id, 0), people=people.get(o.id, 0))
        for o in shown
    ]


def _counts(rows: "object") -> dict[UUID, int]:
    grouped = rows.order_by().values_list("organisation_id").annotate(number=Count("id"))  # type: ignore[attr-defined]
    return dict(grouped)


def site_lines(rows: Iterable[Site], now: datetime) -> list[SiteLine]:
    """Each with the time it is there."""
    return [SiteLine(site=site, there=now.astimezone(zone_or_utc(site.zone))) for site in rows]


def contact_lines(rows: Iterable[Contact]) -> list[ContactLine]:
    """Each with its addresses."""
    return [
        ContactLine(contact=row, addresses=tuple(a.value for a in row.addresses.all()))
        for row in rows
    ]


def member_lines(actor: Actor, rows: Iterable[User], *, agents: bool) -> list[MemberLine]:
    """Each with roles; agents also with teams and skills, two questions for all of them."""
    teams: dict[UUID, list[str]] = defaultdict(list)
    skills: dict[UUID, list[str]] = defaultdict(list)
    if agents:
        for row in queries.memberships(actor).select_related("team"):
            teams[row.user_id].append(row.team.name)
        for held in queries.held_skills(actor):
            skills[held.user_id].append(f"{held.skill.name} {held.level}")
    return [
        MemberLine(
            id=person.id,
            person=person,
            roles=tuple(str(Role(row.role).label) for row in person.role_rows.all()),
            is_you=person.id == actor.id,
            teams=tuple(teams[person.id]),
            skills=tuple(skills[person.id]),
        )
        for person in rows
    ]
