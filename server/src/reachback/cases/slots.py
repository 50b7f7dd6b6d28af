"""Questions the case page asks of the rooms above."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reachback.kernel.actors import Actor
from reachback.kernel.slots import Slot
from reachback.ui.slots import Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """What rooms above may know of the case they add a panel or an action to."""

    id: UUID
    number: int
    organisation_id: UUID
    site_id: UUID | None
    requester_id: UUID | None
    device_id: UUID | None
    device_name: str
    subject: str
    priority: int
    status: str
    is_open: bool
    live_session: bool
    assignee_id: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button in the case's head. `kind` is the button's look (primary, connect, quiet)."""

    label: str
    href: str
    icon: str
    key: str = ""
    kind: str = ""
    method: str = "get"


class CasePanel(Protocol):
    """Answers with a panel for the case page's third column, or None."""

    def __call__(self, case: CaseView, actor: Actor, now: datetime) -> Panel | None: ...


class CaseAction(Protocol):
    """Answers with a button for the case's head, or None."""

    def __call__(self, case: CaseView, actor: Actor, now: datetime) -> Action | None: ...


case_panels: Slot[CasePanel] = Slot("cases.case_panels")
case_actions: Slot[CaseAction] = Slot("cases.case_actions")
