"""End a session: its technician, a manager, or the customer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import delivering, policy, queries, returning, session_log
from reachback.access.errors import MayNotConnect
from reachback.access.models import AccessSession
from reachback.access.operations.record_events import end_waiting
from reachback.kernel.actors import Actor


def end_session(*, actor: Actor, now: datetime, session_id: UUID) -> bool:
    """Ask the front to cut the session; False if it was over already. The front's event ends it.

    A session that never began is ended here, for the front knows nothing of it.
    """
    session = queries.session(actor, session_id)
    if not policy.may_end(actor, session.organisation_id, session.technician_id):
        raise MayNotConnect
    if session.state == AccessSession.State.ENDED:
        return False
    action = "session.end_asked"
    sentence = _("%(name)s ended the session.") % {"name": actor.name}
    if session.planned_for is not None:
        action = "restart.called_off"
        sentence = _("%(name)s called the restart off.") % {"name": actor.name}
    with transaction.atomic():
        session_log.record(session, actor=actor, now=now, action=action)
        if session.state == AccessSession.State.READY:
            session.state = AccessSession.State.ENDED
            session.ended_at = now
            session.end_code = "never-began"
            session.save(update_fields=["state", "ended_at", "end_code"])
        elif returning.waits(session):
            end_waiting(session, sentence, now=now)
    # A page's connections end all the time with `ended`; that one is the session's own.
    called_off = session.planned_for is not None
    code = "called-off" if called_off else returning.ended_code(session)
    delivering.cut_sessions([session.id], code, sentence)
    return True
