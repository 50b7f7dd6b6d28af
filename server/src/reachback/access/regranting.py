"""One more grant for a session that runs: for a colleague, or for a technician's other browser."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.access import deciding, handing, keys, queries, tickets
from reachback.access.errors import AccessRefused
from reachback.access.instants import instant, milliseconds
from reachback.access.models import AccessSession, Grant, LinkTicket, SpentNonce
from reachback.kernel import front
from reachback.kernel.actors import Actor
from reachback.kernel.front import FrontRefused
from reachback.kernel.ids import new_id
from reachback_wire import documents as wire

LIFETIME = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True)
class Regranted:
    """A grant that is kept, and until when it is good."""

    grant: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What was decided and signed, and is not kept yet."""

    document: wire.Grant
    sealed: wire.Envelope


def draft(actor: Actor, now: datetime, session: AccessSession, *, key: str, mfa: str) -> Drafted:
    """Decide and sign; asks the front for a nonce of the device's link. AccessRefused."""
    matter = deciding.matter(actor, session.device_id, session.case_id, now)
    wish = replace(handing.wish_of(session, key, mfa), **_approved(actor, session))
    decision = deciding.decide(actor, matter, wish, now)
    if not decision.allowed:
        raise AccessRefused(decision.code, decision.sentence, decision.clause)
    document = replace(
        deciding.draft_grant(actor, matter, wish, now),
        id=str(new_id()),
        session=str(session.id),
        nonce=_nonce(session),
        expires=min(decision.expires, milliseconds(now + LIFETIME)),
    )
    return Drafted(document=document, sealed=wire.seal(document, keys.grant_key()))


def _approved(actor: Actor, session: AccessSession) -> dict[str, Any]:
    """What was approved for this session is good for its own technician alone."""
    rows = queries.grants(session.id) if session.technician_id == actor.id else ()
    carried = wire.Grant.parse(rows[0].body).approvals if rows else ()
    return {"session": str(session.id), "approvals": carried}


def _nonce(session: AccessSession) -> str:
    try:
        return str(front.ask(f"/devices/{session.device_id}/nonce", {})["nonce"])
    except FrontRefused as refused:
        if refused.code != "device-offline":
            raise
        sentence = _("%(name)s has no link at the moment.") % {"name": session.device.name}
        raise AccessRefused("device-offline", sentence) from refused


def keep(now: datetime, session: AccessSession, drafted: Drafted) -> Regranted:
    """Write the grant, inside the caller's transaction. AccessRefused for a spent nonce."""
    document, sealed = drafted.document, drafted.sealed
    try:
        with transaction.atomic():
            SpentNonce.objects.create(
                device_id=session.device_id, nonce=document.nonce, spent_at=now
            )
    except IntegrityError as error:
        sentence = _("The device's link has to be asked again. Press once more.")
        raise AccessRefused("wrong-nonce", sentence) from error
    expires_at = instant(document.expires)
    Grant.objects.create(
        organisation_id=session.organisation_id,
        session=session,
        document=document.id,
        nonce=document.nonce,
        body=sealed.body,
        signatures=list(sealed.signatures),
        digest=sealed.digest,
        issued_at=now,
        expires_at=expires_at,
    )
    return Regranted(grant=sealed.to_json(), expires_at=expires_at)


def ticket_for(actor: Actor, now: datetime, session: AccessSession, key: str) -> str:
    """A ticket for the browser with this key, shown once and kept as a hash."""
    ticket = tickets.new_ticket()
    tickets.keep(ticket, session.id, actor, key=key, may=LinkTicket.May.OPEN, now=now)
    return ticket
