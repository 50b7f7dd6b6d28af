"""A shell is in other hands, as the front says the device said: the session is the colleague's."""

from collections.abc import Mapping
from datetime import datetime

from reachback.access import handing, session_log, telling_cases, tellings
from reachback.access.models import AccessSession, Grant, Handover
from reachback.kernel import actors

_SYSTEM = actors.system("access.receiving")


def receive(session: AccessSession, told: Mapping[str, str], *, now: datetime) -> None:
    """Note it once, for the first of the session's shells that went over; the caller's transaction.

    Who never was granted it (`take_over`) changes nothing here, whatever the front says.
    """
    found = handing.handovers(session.id).filter(state=Handover.State.ACCEPTED)
    row = found.order_by("-offered_at").first()
    if row is None or str(row.receiver_id) != told.get("person", ""):
        return
    row.state, row.ended_at = Handover.State.TAKEN, now
    row.save(update_fields=["state", "ended_at"])
    grants = Grant.objects.visible_to(_SYSTEM).filter(session=session)
    grant = grants.filter(digest=told.get("grant", "")).first()
    session.technician_id, session.session_key = row.receiver_id, row.key
    if grant is not None:
        session.expires_at = grant.expires_at
    session.save(update_fields=["technician", "session_key", "expires_at"])
    _record(session, row, now)
    telling_cases.session_handed_over(session, row, now=now)
    tellings.session_changed(session, "session.presence")


def _record(session: AccessSession, row: Handover, now: datetime) -> None:
    person = row.receiver
    actor = actors.Actor(
        kind="person", id=person.id, name=person.name, organisation_id=person.organisation_id
    )
    session_log.record(
        session,
        actor=actor,
        now=now,
        action="session.handed_over",
        data={"from": row.giver.name, "to": person.name, "note": row.note},
    )
