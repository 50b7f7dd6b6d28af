"""Issue a ticket for a session that exists: to watch it, or to come back to it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import queries, tickets
from reachback.access.errors import AccessRefused
from reachback.access.models import AccessSession, LinkTicket
from reachback.audit.operations import record
from reachback.kernel.actors import Actor
from reachback.people import queries as people
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey


@dataclass(frozen=True)
class NewTicket:
    """A ticket just made; `may` is `open` or `watch`."""

    ticket: str
    may: str


def issue_ticket(*, actor: Actor, now: datetime, session_id: UUID, key: str) -> NewTicket:
    """Let this person join the session with this browser key: its technician opens, others watch.

    Watching is an audit row in both organisations. Raises UnknownSession, AccessRefused.
    """
    session = queries.session(actor, session_id)
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("session-over", _("This session is over."))
    try:
        PublicKey.parse(key)
    except Refusal as refusal:
        raise AccessRefused(refusal.code, refusal.sentence) from refusal
    own = session.technician_id == actor.id and session.session_key == key
    may = LinkTicket.May.OPEN if own else LinkTicket.May.WATCH
    ticket = tickets.new_ticket()
    provider = people.provider()
    with transaction.atomic():
        tickets.keep(ticket, session.id, actor, key=key, may=may, now=now)
        if not own:
            record(
                actor=actor,
                now=now,
                action="session.watched",
                organisation_id=session.organisation_id,
                subject_kind="session",
                subject_id=session.id,
                subject_label=session.device.name,
                also_organisation_ids=(provider.id,) if provider else (),
            )
    return NewTicket(ticket, str(may))
