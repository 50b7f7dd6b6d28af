"""Telling open pages about sessions and contracts."""

from uuid import UUID

from reachback.access.models import AccessSession, RecipeRun
from reachback.kernel.nudges import PROVIDER, Nudge, publish


def _publish(topic: str, event: str, organisation_id: UUID, data: dict[str, str]) -> None:
    audience = frozenset({PROVIDER, f"org:{organisation_id}"})
    publish(Nudge(topic=topic, event=event, audience=audience, data=data))


def session_changed(session: AccessSession, event: str) -> None:
    """A session began or ended: `session.started`, `session.ended`."""
    data = {
        "session": str(session.id),
        "device": str(session.device_id),
        "case": str(session.case_id or ""),
    }
    _publish(f"session:{session.id}", event, session.organisation_id, data)


def contract_changed(organisation_id: UUID) -> None:
    """The customer's contract, or what narrows it, changed."""
    data = {"organisation": str(organisation_id)}
    _publish(f"contract:{organisation_id}", "contract.changed", organisation_id, data)


def recipe_changed(row: RecipeRun) -> None:
    """A recipe went on to its next step, or is over."""
    data = {"run": str(row.id), "state": row.state, "step": row.step}
    _publish(f"recipe:{row.id}", "recipe.changed", row.organisation_id, data)
