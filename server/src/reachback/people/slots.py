"""Questions the pages of people ask of the rooms above."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.kernel.slots import Slot
from reachback.ui.slots import Panel


class OrganisationPanel(Protocol):
    """Something another room knows about an organisation: hours, service level, devices."""

    def __call__(self, organisation_id: UUID, actor: Actor, now: datetime) -> Panel | None: ...


organisation_panels: Slot[OrganisationPanel] = Slot("people.organisation_panels")
