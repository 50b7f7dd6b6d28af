"""Who runs the installation: pure."""

from reachback.kernel.actors import Actor


def may_operate(actor: Actor) -> bool:
    """The provider's administrators, and the system itself (the person at the server)."""
    return actor.is_provider and (actor.kind == "system" or actor.has_role("administrator"))
