"""May this actor do this with contracts and sessions? Pure."""

from uuid import UUID

from reachback.kernel.actors import Actor

_CONNECTORS = ("technician", "operations-manager")
_GOVERNORS = ("customer-administrator",)
_LOCKERS = ("operations-manager", "administrator")
_SEARCHERS = ("auditor", "operations-manager", "administrator")
_KEEPERS = ("technician", "operations-manager", "administrator")


def may_connect(actor: Actor, organisation_id: UUID) -> bool:
    """Whether the actor may ask for a session; the contract decides afterwards."""
    return (
        actor.kind == "person"
        and actor.is_provider
        and actor.has_role(*_CONNECTORS)
        and actor.may_see_organisation(organisation_id)
    )


def may_govern(actor: Actor, organisation_id: UUID) -> bool:
    """Whether the actor may publish the customer's documents and revoke."""
    if actor.kind == "system":
        return True
    return actor.organisation_id == organisation_id and actor.has_role(*_GOVERNORS)


def may_see_sessions(actor: Actor, organisation_id: UUID, site_id: UUID | None) -> bool:
    """Whether the actor may see that a session took place, and its recording."""
    if not actor.may_see_organisation(organisation_id):
        return False
    if actor.is_provider:
        return actor.kind == "system" or bool(actor.roles)
    governs = actor.has_role(*_GOVERNORS)
    return governs and (actor.site_ids is None or site_id in actor.site_ids)


def may_search_records(actor: Actor) -> bool:
    """Whether the actor may look through recordings, each of those they may see."""
    roles = _SEARCHERS if actor.is_provider else _GOVERNORS
    return actor.kind == "person" and actor.has_role(*roles)


def may_end(actor: Actor, organisation_id: UUID, technician_id: UUID) -> bool:
    """Whether the actor may end a session: its technician, a manager, or the customer."""
    if may_govern(actor, organisation_id) or actor.id == technician_id:
        return True
    return (
        actor.is_provider
        and actor.has_role("operations-manager")
        and actor.may_see_organisation(organisation_id)
    )


def may_keep_scripts(actor: Actor) -> bool:
    """Whether the actor may write and retire scripts; a device runs what its customer signed."""
    return actor.kind == "system" or (actor.is_provider and actor.has_role(*_KEEPERS))


def may_lock(actor: Actor) -> bool:
    """Whether the actor may shut a person, a device, a customer or everything out, and lift it."""
    return actor.kind == "system" or (actor.is_provider and actor.has_role(*_LOCKERS))


def may_see_locks(actor: Actor) -> bool:
    """Whether the actor may see whom the provider has shut out: its agents."""
    return actor.is_provider and (actor.kind == "system" or bool(actor.roles))
