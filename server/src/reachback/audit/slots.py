"""Slots of the audit log, answered above."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from reachback.kernel.slots import Slot


class HeadWitness(Protocol):
    """Carries a freshly signed head to somebody who remembers it: a device, a customer."""

    def __call__(
        self, *, organisation_id: UUID, size: int, statement: str, signature: str, now: datetime
    ) -> None: ...


head_witnesses: Slot[HeadWitness] = Slot("audit.head_witnesses")
