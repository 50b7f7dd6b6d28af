"""Issue a ticket for a session that exists: to watch it, or to come back to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import handing, policy, queries, regranting, session_log, tickets
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.models import AccessSession, LinkTicket
from reachback.kernel.actors import Actor
from reachback.kernel.errors import ReachbackError
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey


@dataclass(frozen=True)
class NewTicket:
    """A ticket just made; `may` is `open` or `watch`.

    `grant` is for further shells in a browser that takes up, where the contract allows them now.
    """

    ticket: str
    may: str
    grant: dict[str, Any] | None = None


def issue_ticket(
    *,
    actor: Actor,
    now: datetime,
    session_id: UUID,
    key: str,
    take_up: bool = False,
    mfa: str = "",
) -> NewTicket:
    """Let this person join the session with this browser key: its technician opens, others watch.

    `take_up`: the technician goes on here with what they opened in another browser, whose key
    stays there. Watching and taking up are audit rows in both organisations. Raises
    UnknownSession, MayNotConnect (somebody else's session), AccessRefused.
    """
    session = queries.session(actor, session_id)
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("session-over", _("This session is over."))
    try:
        PublicKey.parse(key)
    except Refusal as refusal:
        raise AccessRefused(refusal.code, refusal.sentence) from refusal
    own = session.technician_id == actor.id and session.session_key == key
    if take_up and not _may_take_up(actor, session):
        raise MayNotConnect
    may = LinkTicket.May.OPEN if own or take_up else LinkTicket.May.WATCH
    ticket = tickets.new_ticket()
    drafted = _further(actor, now, session, key, mfa) if take_up else None
    with transaction.atomic():
        if drafted is not None:
            regranting.keep(now, session, drafted)
        tickets.keep(ticket, session.id, actor, key=key, may=may, now=now)
        if not own:
            session_log.record(
                session,
                actor=actor,
                now=now,
                action="session.taken_up" if take_up else "session.watched",
            )
    return NewTicket(ticket, str(may), drafted.sealed.to_json() if drafted else None)


def _further(
    actor: Actor, now: datetime, session: AccessSession, key: str, mfa: str
) -> regranting.Drafted | None:
    """A grant for this browser's own shells; without one it goes on with those there are."""
    if not handing.is_shell(session):
        return None
    try:
        return regranting.draft(actor, now, session, key=key, mfa=mfa)
    except ReachbackError:
        return None


def _may_take_up(actor: Actor, session: AccessSession) -> bool:
    """The grant names its technician: nobody else may go on under it."""
    own = session.technician_id == actor.id and "tunnel" not in session.capabilities
    return own and policy.may_connect(actor, session.organisation_id)
