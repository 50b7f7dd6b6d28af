"""May this actor do this to devices? Pure."""

from uuid import UUID

from reachback.kernel.actors import Actor

_ENROLLERS = ("operations-manager", "technician", "administrator")


def may_enrol(actor: Actor, organisation_id: UUID) -> bool:
    """Whether the actor may make enrolment tokens for a customer's devices."""
    return (
        actor.is_provider
        and actor.may_see_organisation(organisation_id)
        and (actor.kind == "system" or actor.has_role(*_ENROLLERS))
    )


def has_portal(actor: Actor) -> bool:
    """Whether the portal is this person's: a customer's people have one, the provider's do not."""
    return actor.kind == "person" and not actor.is_provider


def may_see_site(actor: Actor, site_id: UUID | None) -> bool:
    """Whether a device at this site is shown to the actor."""
    return actor.site_ids is None or site_id in actor.site_ids
