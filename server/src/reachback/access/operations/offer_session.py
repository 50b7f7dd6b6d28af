"""Offer what runs in one's session to a colleague; withdraw the offer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import handing, policy, queries, session_log, tellings
from reachback.access.errors import AccessRefused, DocumentRefused, MayNotConnect
from reachback.access.instants import instant, milliseconds
from reachback.access.models import AccessSession, Handover
from reachback.access.notices import tell_offer
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire
from reachback_wire.refusals import Refusal

NOTE_LEAST, NOTE_MOST = 10, 500


def offer_session(
    *,
    actor: Actor,
    now: datetime,
    session_id: UUID,
    to: UUID,
    note: str,
    offer: dict[str, Any],
) -> Handover:
    """Keep the giver's signed offer and tell the colleague; an older offer is withdrawn by it.

    Raises UnknownSession, MayNotConnect (somebody else's session), AccessRefused (the colleague may
    not; no note; the session is over), DocumentRefused (the offer is not this browser's).
    """
    session = _own(actor, session_id)
    words = " ".join(note.split())[:NOTE_MOST]
    if len(words) < NOTE_LEAST:
        sentence = _("Say in a sentence how the matter stands and what comes next.")
        raise AccessRefused("note-missing", sentence)
    colleague = handing.check_colleague(actor, session, to, now)
    envelope, document = _checked(session, offer, colleague.name, now)
    with transaction.atomic():
        _withdraw(session.id, now)
        row: Handover = Handover.objects.create(
            organisation_id=session.organisation_id,
            session=session,
            giver_id=actor.id,
            receiver_id=colleague.id,
            note=words,
            body=envelope.body,
            signatures=list(envelope.signatures),
            offered_at=now,
            expires_at=instant(document.expires),
        )
        told = {"to": colleague.name, "note": words}
        _record(actor, now, session, "session.offered", told)
        tell_offer(handing.handovers(session.id).get(id=row.id), now=now)
        tellings.session_changed(session, "session.presence")
    return row


def withdraw_offer(*, actor: Actor, now: datetime, session_id: UUID) -> bool:
    """Take the offer back, unless it was taken; returns whether there was one.

    Raises UnknownSession, MayNotConnect.
    """
    session = _own(actor, session_id)
    with transaction.atomic():
        withdrawn = _withdraw(session.id, now)
        if withdrawn:
            _record(actor, now, session, "session.offer_withdrawn", {})
            tellings.session_changed(session, "session.presence")
    return withdrawn


def _own(actor: Actor, session_id: UUID) -> AccessSession:
    session = queries.session(actor, session_id)
    mine = session.technician_id == actor.id and handing.is_shell(session)
    if not mine or not policy.may_connect(actor, session.organisation_id):
        raise MayNotConnect
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("session-over", _("This session is over."))
    return session


def _withdraw(session_id: UUID, now: datetime) -> bool:
    found = handing.handovers(session_id).filter(state__in=handing.OPEN)
    return bool(found.update(state=Handover.State.WITHDRAWN, ended_at=now))


def _checked(
    session: AccessSession, offer: dict[str, Any], to: str, now: datetime
) -> tuple[wire.Envelope, wire.Offer]:
    """The device will judge it again; here the person learns at once what is wrong."""
    try:
        envelope = wire.Envelope.from_json(offer)
        document = wire.Offer.parse(envelope.body)
        keys = {
            wire.Grant.parse(row.body).session_key
            for row in queries.grants(session.id)
            if row.document == document.grant
        }
        envelope.signers(wire.Offer.TYPE, keys)
    except Refusal as refusal:
        raise DocumentRefused(refusal.code, refusal.sentence) from refusal
    fits = (document.session, document.to) == (str(session.id), to)
    if not fits or document.expires <= milliseconds(now):
        raise DocumentRefused("malformed", _("The offer says something else."))
    return envelope, document


def _record(
    actor: Actor, now: datetime, session: AccessSession, action: str, data: dict[str, Any]
) -> None:
    session_log.record(session, actor=actor, now=now, action=action, data=data)
