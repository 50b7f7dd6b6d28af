"""Telling a case about the sessions held for it. `cases` knows nothing of access."""

from datetime import datetime

from reachback.access.models import AccessSession
from reachback.cases import operations as cases
from reachback.cases.operations.add_entry import NewEntry
from reachback.kernel import actors

_SYSTEM = actors.system("access.sessions")


def _author(session: AccessSession) -> actors.Actor:
    """Nobody types these entries; the timeline shows whose session they tell of.

    Not the person's own actor: what they did must reach the case even after their rights have gone.
    """
    return actors.system(session.technician.name)


def session_began(session: AccessSession, *, now: datetime) -> None:
    """Mark the case: somebody is on the device."""
    if session.case_id is not None:
        author = _author(session)
        cases.set_live_session(actor=author, now=now, case_id=session.case_id, live=True)


def session_ended(session: AccessSession, *, now: datetime) -> None:
    """Write the session's words on the timeline, and take the mark away if it was the last."""
    if session.case_id is None:
        return
    entry = NewEntry(
        kind="session",
        body="\n".join(session.words),
        data={
            "session": str(session.id),
            "technician": session.technician.name,
            "device": session.device.name,
            "clause": session.clause,
            "url": f"/sessions/{session.id}/",
        },
        visible_to_customer=True,
        occurred_at=session.ended_at,
    )
    cases.add_entry(actor=_author(session), now=now, case_id=session.case_id, entry=entry)
    others = AccessSession.objects.visible_to(_SYSTEM).filter(
        case_id=session.case_id, state=AccessSession.State.LIVE
    )
    if not others.exists():
        author = _author(session)
        cases.set_live_session(actor=author, now=now, case_id=session.case_id, live=False)
