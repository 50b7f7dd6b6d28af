"""What the front asks about devices (docs/protocols/front.md)."""

from typing import Any
from uuid import UUID

from reachback.devices import operations
from reachback.kernel import clock
from reachback.kernel.front_calls import from_front


@from_front
def hello(question: dict[str, Any]) -> dict[str, Any]:
    """A device says HELLO."""
    linked = operations.accept_hello(
        now=clock.now(),
        hello=question["hello"],
        nonce=str(question["nonce"]),
        node=str(question["node"]),
        remote=str(question.get("remote", "")),
    )
    return {
        "device": str(linked.device_id),
        "name": linked.name,
        "organisation": linked.organisation,
        "generation": linked.generation,
        "hold": linked.hold,
        "documents": list(linked.documents),
    }


@from_front
def lost(question: dict[str, Any]) -> dict[str, Any]:
    """A device's link is gone."""
    operations.lose_link(
        now=clock.now(),
        device_id=UUID(question["device"]),
        generation=int(question["generation"]),
        reason=str(question.get("reason", "")),
    )
    return {}


@from_front
def reports(question: dict[str, Any]) -> dict[str, Any]:
    """A device's reports; the answer means that they are durable."""
    operations.accept_reports(
        now=clock.now(), device_id=UUID(question["device"]), units=list(question["units"])
    )
    return {}
