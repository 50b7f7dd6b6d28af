"""Who may manage whom: pure, no database."""

from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people.models.role import Role

#: Who may write to anything of the installation without a person: commands, imports, samples.
SYSTEM = "system"


def may_manage_installation(actor: Actor) -> bool:
    """Create and change organisations, sites, teams and skills: the provider's administrators."""
    return actor.kind == SYSTEM or (actor.is_provider and actor.has_role(Role.ADMINISTRATOR))


def may_manage_people(actor: Actor, organisation_id: UUID) -> bool:
    """Create people and change roles: the provider's administrators; customers' their own."""
    if may_manage_installation(actor):
        return actor.may_see_organisation(organisation_id)
    return actor.organisation_id == organisation_id and actor.has_role(Role.CUSTOMER_ADMINISTRATOR)


def may_see_people(actor: Actor, organisation_id: UUID) -> bool:
    """Look at an organisation's list of people: its managers, and the provider's agents."""
    if actor.is_provider:
        return actor.may_see_organisation(organisation_id)
    return may_manage_people(actor, organisation_id)


def may_change_contacts(actor: Actor, organisation_id: UUID) -> bool:
    """Write down contacts: any agent who may see the organisation, and its administrators."""
    return may_see_people(actor, organisation_id)
