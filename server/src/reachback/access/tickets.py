"""Tickets: made, kept as hashes, bound to a browser's key."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from reachback.access.models import LinkTicket
from reachback.kernel.actors import Actor

LIFETIME = timedelta(seconds=30)
COPIED_LIFETIME = timedelta(minutes=3)
"""For a ticket that a person carries to a command by hand."""


def new_ticket() -> str:
    """Return a ticket nobody can guess."""
    return secrets.token_urlsafe(32)


def ticket_hash(ticket: str) -> str:
    """Return what the database keeps of a ticket."""
    return sha256(ticket.encode()).hexdigest()


def keep(
    ticket: str,
    session_id: UUID,
    actor: Actor,
    *,
    key: str,
    may: str,
    now: datetime,
    void_at: datetime | None = None,
) -> None:
    """Write the ticket's row; it is void after LIFETIME unless told otherwise."""
    if actor.id is None:
        msg = "only a person gets a ticket"
        raise ValueError(msg)
    LinkTicket.objects.create(
        ticket_hash=ticket_hash(ticket),
        session_id=session_id,
        person_id=actor.id,
        key=key,
        may=may,
        issued_at=now,
        expires_at=void_at or now + LIFETIME,
    )
