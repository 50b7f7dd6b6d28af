"""Who may read reports: pure."""

from reachback.kernel.actors import Actor

#: The report shows nothing an agent could not read case by case, so every agent may read it.
AGENT_ROLES = ("operations-manager", "technician", "auditor", "administrator")


def may_read(actor: Actor) -> bool:
    """Agents, and a customer's administrators; the queries keep those to their own rows."""
    if actor.is_provider:
        return actor.has_role(*AGENT_ROLES)
    return actor.has_role("customer-administrator")
