"""What delivery tells the rooms above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from reachback.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Fact):
    """A message will not arrive: refused for good, or tried for three days."""

    KIND: ClassVar[str] = "delivery.failed"

    delivery_id: UUID
    person_id: UUID | None
    organisation_id: UUID | None
    kind: str
    reason: str
