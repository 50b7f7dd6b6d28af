"""Who may read the log. Pure."""

from uuid import UUID

from reachback.kernel.actors import Actor

PROVIDER_READERS = ("auditor", "administrator")
CUSTOMER_READERS = ("customer-administrator",)


def may_read(actor: Actor) -> bool:
    """Whether the actor may read any log: auditors and administrators, each of their own side."""
    if actor.kind == "system":
        return True
    readers = PROVIDER_READERS if actor.is_provider else CUSTOMER_READERS
    return actor.kind == "person" and actor.has_role(*readers)


def may_read_log(actor: Actor, organisation_id: UUID) -> bool:
    """Whether the actor may read this organisation's log."""
    return may_read(actor) and actor.may_see_organisation(organisation_id)
