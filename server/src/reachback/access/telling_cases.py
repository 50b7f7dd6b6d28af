"""Telling a case about the sessions held for it. `cases` knows nothing of access."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reachback.access.models import AccessSession, Handover, RecipeRun
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


def file_infected(session: AccessSession, sentence: str, *, now: datetime) -> None:
    """Write on the timeline that a file was kept from the device, and what was in it."""
    if session.case_id is None:
        return
    entry = NewEntry(
        kind="alert",
        body=sentence,
        data={"session": str(session.id), "device": session.device.name},
        occurred_at=now,
    )
    scanner = actors.system("ClamAV")
    cases.add_entry(actor=scanner, now=now, case_id=session.case_id, entry=entry)


def restart_planned(session: AccessSession, at: datetime, *, now: datetime) -> None:
    """Write that the device is to be restarted, when, and where it can be called off."""
    if session.case_id is None:
        return
    site = session.device.site
    zone = ZoneInfo(site.zone if site else "UTC")
    words = _("%(who)s planned a restart of %(device)s for %(at)s (%(zone)s), clause %(clause)s.")
    values = {
        "who": session.technician.name,
        "device": session.device.name,
        "at": f"{at.astimezone(zone):%a %d %b %H:%M}",
        "zone": str(zone),
        "clause": session.clause,
    }
    entry = NewEntry(
        kind="session",
        body=words % values,
        data={
            "technician": session.technician.name,
            "device": session.device.name,
            "url": f"/sessions/{session.id}/",
        },
        visible_to_customer=True,
        occurred_at=now,
    )
    cases.add_entry(actor=_author(session), now=now, case_id=session.case_id, entry=entry)


def session_handed_over(session: AccessSession, row: Handover, *, now: datetime) -> None:
    """Write on the timeline who took the shell over, and how the matter stood."""
    if session.case_id is None:
        return
    names = {"who": row.receiver.name, "from": row.giver.name, "device": session.device.name}
    words = _("%(who)s took the running shell on %(device)s over from %(from)s.") % names
    entry = NewEntry(
        kind="session",
        body=f"{words}\n{row.note}",
        data={
            "session": str(session.id),
            "technician": row.receiver.name,
            "device": session.device.name,
            "clause": session.clause,
            "url": f"/sessions/{session.id}/",
        },
        visible_to_customer=True,
        occurred_at=now,
    )
    author = actors.system(row.receiver.name)
    cases.add_entry(actor=author, now=now, case_id=session.case_id, entry=entry)


def session_ended(session: AccessSession, *, now: datetime, entry: bool = True) -> None:
    """Write the session's words on the timeline, and take the mark away if it was the last.

    Without `entry` only the mark: a recipe's steps are told together (`recipe_ended`).
    """
    if session.case_id is None:
        return
    if entry:
        _write(session, session.case_id, now)
    others = AccessSession.objects.visible_to(_SYSTEM).filter(
        case_id=session.case_id, state=AccessSession.State.LIVE
    )
    if not others.exists():
        author = _author(session)
        cases.set_live_session(actor=author, now=now, case_id=session.case_id, live=False)


def _write(session: AccessSession, case_id: UUID, now: datetime) -> None:
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
    cases.add_entry(actor=_author(session), now=now, case_id=case_id, entry=entry)


def recipe_ended(row: RecipeRun, *, now: datetime) -> None:
    """Write one entry for all steps of a recipe."""
    if row.case_id is None:
        return
    entry = NewEntry(
        kind="session",
        body="\n".join(row.words),
        data={
            "technician": row.person.name,
            "device": row.device.name,
            "url": f"/recipes/runs/{row.id}/",
        },
        visible_to_customer=True,
        occurred_at=row.ended_at,
    )
    author = actors.system(row.person.name)
    cases.add_entry(actor=author, now=now, case_id=row.case_id, entry=entry)
