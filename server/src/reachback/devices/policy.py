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


def may_see_site(actor: Actor, site_id: UUID | None) -> bool:
    """Whether a device at this site is shown to the actor."""
    return actor.site_ids is None or site_id in actor.site_ids
