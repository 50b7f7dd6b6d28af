"""Take over what a colleague offers: a grant of one's own for the same session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import handing, policy, queries, regranting, session_log
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.models import AccessSession, Handover
from reachback.access.regranting import Regranted
from reachback.kernel.actors import Actor
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey


@dataclass(frozen=True, kw_only=True)
class TakingOver:
    """The colleague's grant and ticket, and the offer to show to the device."""

    ticket: str
    regranted: Regranted
    handover: Handover


def take_over(
    *, actor: Actor, now: datetime, session_id: UUID, session_key: str, mfa: str = ""
) -> TakingOver:
    """Mint the colleague's grant; the shell changes hands when the device has agreed.

    Raises UnknownSession, MayNotConnect, AccessRefused (`not-offered`, `offer-expired`,
    `offer-withdrawn`, `channel-over`, or what the contract says), FrontUnavailable.
    """
    session = queries.session(actor, session_id)
    if not policy.may_connect(actor, session.organisation_id):
        raise MayNotConnect
    try:
        PublicKey.parse(session_key)
    except Refusal as refusal:
        raise AccessRefused(refusal.code, refusal.sentence) from refusal
    _check_offer(actor, session, now)
    drafted = regranting.draft(actor, now, session, key=session_key, mfa=mfa)
    with transaction.atomic():
        handover = _check_offer(actor, session, now, lock=True)
        handover.state, handover.key = Handover.State.ACCEPTED, session_key
        handover.save(update_fields=["state", "key"])
        regranted = regranting.keep(now, session, drafted)
        ticket = regranting.ticket_for(actor, now, session, session_key)
        _record(actor, now, session)
    return TakingOver(ticket=ticket, regranted=regranted, handover=handover)


def _check_offer(
    actor: Actor, session: AccessSession, now: datetime, *, lock: bool = False
) -> Handover:
    """The newest offer to this person, while it stands. AccessRefused says what became of it."""
    if session.state == AccessSession.State.ENDED:
        raise AccessRefused("channel-over", _("The shell has ended meanwhile."))
    found = handing.handovers(session.id).filter(receiver_id=actor.id)
    if lock:
        found = found.select_for_update(of=("self",))
    row = found.order_by("-offered_at", "-id").first()
    if row is None or row.state == Handover.State.TAKEN:
        raise AccessRefused("not-offered", _("Nobody offers you this shell."))
    names = {"who": row.giver.name}
    if row.state == Handover.State.WITHDRAWN:
        raise AccessRefused("offer-withdrawn", _("%(who)s has withdrawn the offer.") % names)
    if row.expires_at <= now:
        words = _("The offer has expired; ask %(who)s to hand the shell over once more.")
        raise AccessRefused("offer-expired", words % names)
    return row


def _record(actor: Actor, now: datetime, session: AccessSession) -> None:
    session_log.record(session, actor=actor, now=now, action="session.take_over_granted")
