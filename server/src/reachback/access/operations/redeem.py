"""Redeem a ticket: once, within 30 seconds, by the key it was made for."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from reachback.access import deciding, session_log
from reachback.access.errors import AccessRefused, TicketRefused
from reachback.access.locks import standing
from reachback.access.models import AccessSession, LinkTicket
from reachback.access.seats import Sitter, seat
from reachback.access.tickets import ticket_hash
from reachback.kernel import actors
from reachback.kernel.errors import ReachbackError

_SYSTEM = actors.system("access.tickets")


def redeem(
    *, now: datetime, ticket: str, key: str, shown: datetime | None = None
) -> dict[str, Any]:
    """Spend the ticket and return what the front needs for the session (front.md).

    `shown` is when the front saw the ticket, if that is some time ago: it had been told what this
    answers (`connect`), and let the browser sit down at once.
    Raises TicketRefused (`ticket-unknown`, `ticket-spent`, `ticket-expired`, `ticket-key`) or
    AccessRefused when the session is over or the contract gone. A refusal of a ticket that is
    known here is an audit row in both organisations; a stranger's guess is the front's to count.
    """
    try:
        return _redeemed(now, ticket, key, min(now, shown or now))
    except (TicketRefused, AccessRefused) as refused:
        _record_refusal(now, ticket, refused)
        raise


def _record_refusal(now: datetime, ticket: str, refused: ReachbackError) -> None:
    row = LinkTicket.objects.select_related("person").filter(ticket_hash=ticket_hash(ticket))
    known = row.first()
    if known is None:
        return
    found: QuerySet[AccessSession] = AccessSession.objects.visible_to(_SYSTEM)
    session = found.select_related("device").get(id=known.session_id)
    with transaction.atomic():
        session_log.record(
            session,
            actor=_SYSTEM,
            now=now,
            action="session.ticket_refused",
            data={
                "code": refused.code,
                "sentence": refused.sentence,
                "made_for": known.person.name,
            },
        )


def _redeemed(now: datetime, ticket: str, key: str, shown: datetime) -> dict[str, Any]:
    with transaction.atomic():
        row = _spend(now, ticket, key, shown)
        found: QuerySet[AccessSession] = AccessSession.objects.visible_to(_SYSTEM)
        session = found.select_related("device", "organisation").get(id=row.session_id)
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("session-over", "This session is over.")
    matter = deciding.matter(_SYSTEM, session.device_id, None, now)
    lock = standing.over(session.technician_id, session.device_id, session.organisation_id)
    if lock is not None:  # placed while the session was being granted
        raise AccessRefused(standing.CODE, lock.sentence)
    if matter.contract_row is None:
        raise AccessRefused("contract-missing", "There is no contract in force.")
    sitter = Sitter(
        id=row.person_id,
        name=row.person.name,
        may=row.may,
        recordings=tuple(session.channels.values_list("key", flat=True)),
        takes_up=_takes_up(row, session),
    )
    return seat(
        _SYSTEM,
        matter,
        matter.contract_row,
        session_id=session.id,
        sitter=sitter,
        expires_at=session.expires_at,
    )


def _takes_up(row: LinkTicket, session: AccessSession) -> bool:
    """The technician's own other browser; a colleague types only when the device has agreed."""
    own = row.person_id == session.technician_id
    return own and row.may == LinkTicket.May.OPEN and row.key != session.session_key


def _spend(now: datetime, ticket: str, key: str, shown: datetime) -> LinkTicket:
    row = (
        LinkTicket.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(ticket_hash=ticket_hash(ticket))
        .first()
    )
    if row is None:
        raise TicketRefused("ticket-unknown")
    if row.spent_at is not None:
        raise TicketRefused("ticket-spent")
    if row.expires_at <= shown:
        raise TicketRefused("ticket-expired")
    if row.key != key:
        raise TicketRefused("ticket-key")
    row.spent_at = now
    row.save(update_fields=["spent_at"])
    return row
