"""Give a technician the address at which a session's web page opens, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import policy, queries
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.models import AccessSession
from reachback.audit.operations import record
from reachback.kernel import front
from reachback.kernel.actors import Actor
from reachback.people import queries as people


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
    provider = people.provider()
    with transaction.atomic():
        record(
            actor=actor,
            now=now,
            action="session.page_opened",
            organisation_id=session.organisation_id,
            subject_kind="session",
            subject_id=session.id,
            subject_label=session.device.name,
            data={"target": session.target},
            also_organisation_ids=(provider.id,) if provider else (),
        )
    return PageAddress(str(answer["host"]), str(answer["path"]))
