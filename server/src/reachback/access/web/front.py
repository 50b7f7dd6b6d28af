"""What the front asks about sessions (docs/protocols/front.md)."""

from typing import Any
from uuid import UUID

from reachback.access import operations
from reachback.access.instants import instant
from reachback.kernel import clock
from reachback.kernel.front_calls import from_front


@from_front
def redeem(question: dict[str, Any]) -> dict[str, Any]:
    """A browser shows its ticket."""
    shown = question.get("shown")
    return operations.redeem(
        now=clock.now(),
        ticket=str(question["ticket"]),
        key=str(question["key"]),
        shown=None if shown is None else instant(int(shown)),
    )


@from_front
def incidents(question: dict[str, Any]) -> dict[str, Any]:
    """What the front refused or endured; the answer means that it is durable."""
    operations.record_incidents(now=clock.now(), incidents=list(question["incidents"]))
    return {}


@from_front
def events(question: dict[str, Any]) -> dict[str, Any]:
    """What the front saw of a session; the answer means that it is durable."""
    operations.record_events(
        now=clock.now(), session_id=UUID(question["session"]), events=list(question["events"])
    )
    return {}
