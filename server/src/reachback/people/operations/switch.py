"""Switch an organisation, site, contact, team or skill off, or on again. Nothing is removed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import errors, policy, queries
from reachback.people.models import Contact, Organisation, Site, Skill, Team


def switch_organisation(
    *, actor: Actor, now: datetime, organisation_id: UUID, active: bool
) -> Organisation:
    """Off: nobody of it can sign in, at their next request. Raises MayNotManage, OwnOrganisation.

    Devices keep their links: they obey the contract the customer signed, until it is revoked.
    """
    row = queries.organisation(actor, organisation_id)
    if not policy.may_add_organisations(actor):
        raise errors.MayNotManage
    if row.is_provider:
        raise errors.OwnOrganisation
    _switch(actor, now, row, kind="organisation", organisation_id=row.id, active=active)
    return row


def switch_site(*, actor: Actor, now: datetime, site_id: UUID, active: bool) -> Site:
    """Off: not offered for new cases and devices any more. Raises MayNotManage, NoSuchSite."""
    row = queries.site(actor, site_id)
    if not policy.may_manage_sites(actor, row.organisation_id):
        raise errors.MayNotManage
    _switch(actor, now, row, kind="site", organisation_id=row.organisation_id, active=active)
    return row


def switch_contact(*, actor: Actor, now: datetime, contact_id: UUID, active: bool) -> Contact:
    """Off: nobody to call any more. Raises MayNotManage, NoSuchContact."""
    row = queries.contact(actor, contact_id)
    if not policy.may_change_contacts(actor, row.organisation_id):
        raise errors.MayNotManage
    _switch(actor, now, row, kind="contact", organisation_id=row.organisation_id, active=active)
    return row


def switch_team(*, actor: Actor, now: datetime, team_id: UUID, active: bool) -> Team:
    """Off: given no new cases; its members stay on record. Raises MayNotManage, NoSuchTeam."""
    row = queries.team(actor, team_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    _switch(actor, now, row, kind="team", organisation_id=row.organisation_id, active=active)
    return row


def switch_skill(*, actor: Actor, now: datetime, skill_id: UUID, active: bool) -> Skill:
    """Off: not offered any more. Raises MayNotManage, NoSuchSkill."""
    row = queries.skill(actor, skill_id)
    if not policy.may_direct(actor):
        raise errors.MayNotManage
    _switch(actor, now, row, kind="skill", organisation_id=row.organisation_id, active=active)
    return row


def _switch(
    actor: Actor,
    now: datetime,
    row: Organisation | Site | Contact | Team | Skill,
    *,
    kind: str,
    organisation_id: UUID,
    active: bool,
) -> None:
    if row.is_active == active:
        return
    row.is_active = active
    with transaction.atomic():
        row.save(update_fields=["is_active"])
        record(
            actor=actor,
            now=now,
            action=f"{kind}.switched_on" if active else f"{kind}.switched_off",
            organisation_id=organisation_id,
            subject_kind=kind,
            subject_id=row.id,
            subject_label=str(row),
        )
