"""Who may manage whom: pure, no database."""

from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.people.models.role import Role

#: Who may write to anything of the installation without a person: commands, imports, samples.
SYSTEM = "system"


def may_manage_installation(actor: Actor) -> bool:
    """Everything, the provider's own people and their roles too: the provider's administrators."""
    return actor.kind == SYSTEM or (actor.is_provider and actor.has_role(Role.ADMINISTRATOR))


def may_direct(actor: Actor) -> bool:
    """Change customers, sites, teams and skills: administrators and operations managers."""
    return may_manage_installation(actor) or (
        actor.is_provider and actor.has_role(Role.OPERATIONS_MANAGER)
    )


def may_add_organisations(actor: Actor) -> bool:
    """Take on a customer: whoever directs and is not limited to some of them."""
    return may_direct(actor) and actor.sees_everything


def may_manage_people(actor: Actor, organisation_id: UUID) -> bool:
    """Create people and change roles there.

    Customers' administrators manage their own people; whoever directs, those of customers; the
    provider's own people only its administrators, so that nobody hands themselves a role.
    """
    if not actor.may_see_organisation(organisation_id):
        return False
    if actor.organisation_id == organisation_id and not may_manage_installation(actor):
        return actor.has_role(Role.CUSTOMER_ADMINISTRATOR)
    return may_direct(actor)


def may_manage_sites(actor: Actor, organisation_id: UUID) -> bool:
    """Create and change sites: whoever directs, and the organisation's own administrators."""
    directs = may_direct(actor) and actor.may_see_organisation(organisation_id)
    return directs or may_manage_people(actor, organisation_id)


def may_see_people(actor: Actor, organisation_id: UUID) -> bool:
    """Look at an organisation's list of people: its managers, and the provider's agents."""
    if actor.is_provider:
        return actor.may_see_organisation(organisation_id)
    return may_manage_people(actor, organisation_id)


def may_change_contacts(actor: Actor, organisation_id: UUID) -> bool:
    """Write down contacts: agents who may see the organisation, and its administrators."""
    only_looks = actor.kind == "person" and actor.roles == {Role.AUDITOR}
    return may_see_people(actor, organisation_id) and not only_looks
