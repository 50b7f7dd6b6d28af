"""Give a technician the address at which a session's web page opens, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import policy, queries, session_log
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.models import AccessSession
from reachback.kernel import front
from reachback.kernel.actors import Actor


@dataclass(frozen=True)
class PageAddress:
    """A host name of its own, and the path that lets its technician in once."""

    host: str
    path: str


def open_page(*, actor: Actor, now: datetime, session_id: UUID) -> PageAddress:
    """Ask the front for a ticket to the session's origin; its technician's only.

    Raises UnknownSession, MayNotConnect (somebody else's), AccessRefused (over, or no page's
    session), FrontRefused, FrontUnavailable.
    """
    session = queries.session(actor, session_id)
    own = session.technician_id == actor.id and session.in_browser
    if not own or not policy.may_connect(actor, session.organisation_id):
        raise MayNotConnect
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("session-over", _("This session is over."))
    question = {"person": str(actor.id), "target": session.target}
    answer = front.ask(f"/sessions/{session.id}/origin", question)
    with transaction.atomic():
        session_log.record(
            session,
            actor=actor,
            now=now,
            action="session.page_opened",
            data={"target": session.target},
        )
    return PageAddress(str(answer["host"]), str(answer["path"]))
