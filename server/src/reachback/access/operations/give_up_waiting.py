"""End a session to which nobody came back after its device's restart. A timer's handler."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.access import returning
from reachback.access.models import AccessSession
from reachback.access.operations.record_events import end_waiting
from reachback.kernel import actors

_SYSTEM = actors.system("access.sessions")


def give_up_waiting(payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None:
    """End it unless somebody went on meanwhile."""
    rows: QuerySet[AccessSession] = AccessSession.objects.visible_to(_SYSTEM)
    session = rows.select_for_update().filter(id=UUID(payload["session"])).first()
    if session is not None and returning.waits(session):
        end_waiting(session, _why(session), now=now)


def _why(session: AccessSession) -> str:
    if session.in_browser:
        return _("The time of this session was over.")
    return _("Nobody went on after the device's restart.")
