"""Approve with a signature, or refuse with a reason."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.access import queries
from reachback.access.approvals import asking, log, notices, requests, rota
from reachback.access.approvals.errors import MayNotAnswer, NotWaiting
from reachback.access.errors import DocumentRefused
from reachback.access.instants import instant, milliseconds
from reachback.access.models import ApprovalAnswer, ApprovalRequest, ApproverKey
from reachback.kernel.actors import Actor
from reachback_wire import approving
from reachback_wire import documents as wire
from reachback_wire.refusals import Refusal
from reachback_wire.requests import TOLERANCE_MS, Approved

State = ApprovalRequest.State
REASON_LEAST, REASON_MOST = 3, 300


def own_keys(actor: Actor, row: ApprovalRequest) -> list[ApproverKey]:
    """The actor's keys that count for this request now."""
    contract = queries.running_contract(actor, row.organisation_id)
    rule = asking.rule_of(queries.parsed(contract) if contract else None, row.clause)
    if rule is None:
        return []
    named = rota.named_keys(row.organisation_id, rule)
    return [each for each in named if each.person_id == actor.id]


def approve(
    *, actor: Actor, now: datetime, request_id: UUID, approval: dict[str, Any]
) -> ApprovalRequest:
    """Keep a signed yes; with the last one that is needed the technician goes on.

    Raises NoSuchApproval, MayNotAnswer, NotWaiting, DocumentRefused (the signature is not over this
    very request, not by a key of this person that the clause and the newest keyset name, or over).
    """
    held = _may_answer(actor, requests.request(actor, request_id))
    with transaction.atomic():
        row = _waiting(request_id, now)
        envelope, found = _checked(row, approval, held, now)
        key = next(each for each in held if each.line == found.key)
        _answer(row, actor, now, key=key.line, envelope=envelope, holds=_holds(row, found))
        data = {"key": key.label, "digest": row.digest}
        log.record(row, actor=actor, now=now, action="approval.signed", data=data)
        if len({each.person_id for each in requests.yeses(row)}) >= row.needed:
            asking.end(row, State.APPROVED, actor=actor, now=now)
            log.on_case(row, _("Approved for %(who)s: %(reason)s"), now=now)
            notices.tell_requester(row, actor.name, now=now)
        notices.changed(row)
    return row


def refuse(*, actor: Actor, now: datetime, request_id: UUID, reason: str) -> ApprovalRequest:
    """Say no, with a reason for the technician: one no is enough.

    Raises NoSuchApproval, MayNotAnswer, NotWaiting, DocumentRefused (no reason).
    """
    _may_answer(actor, requests.request(actor, request_id))
    words = " ".join(reason.split())[:REASON_MOST]
    if len(words) < REASON_LEAST:
        raise DocumentRefused("reason-missing", _("Say in a few words why not."))
    with transaction.atomic():
        row = _waiting(request_id, now)
        _answer(row, actor, now, reason=words)
        asking.end(row, State.REFUSED, actor=actor, now=now)
        log.on_case(row, _("Refused by the customer: %(answer)s"), now=now, answer=words)
        notices.tell_requester(row, actor.name, now=now)
    return row


def _may_answer(actor: Actor, row: ApprovalRequest) -> list[ApproverKey]:
    if row.requester_id == actor.id:
        raise MayNotAnswer(_("Nobody approves what they asked for themselves."))
    held = own_keys(actor, row) if actor.organisation_id == row.organisation_id else []
    if not held:
        raise MayNotAnswer
    return held


def _waiting(request_id: UUID, now: datetime) -> ApprovalRequest:
    row = requests.locked(request_id)
    if row.state != State.WAITING or row.answer_by <= now:
        state = row.get_state_display() if row.state != State.WAITING else _("its time is over")
        raise NotWaiting(state)
    return row


def _checked(
    row: ApprovalRequest, approval: dict[str, Any], held: list[ApproverKey], now: datetime
) -> tuple[wire.Envelope, Approved]:
    newest = rota.keyset(row.organisation_id)
    if newest is None:
        raise MayNotAnswer
    try:
        envelope = wire.Envelope.from_json(approval)
        carried = wire.CarriedApproval(row.body, envelope)
        found = approving.approved(carried, frozenset(each.line for each in held), newest)
    except Refusal as refusal:
        raise DocumentRefused(refusal.code, refusal.sentence) from refusal
    at = milliseconds(now)
    if abs(found.issued - at) > TOLERANCE_MS or found.expires <= at:
        raise DocumentRefused("approval-expired", _("The clock of this device is wrong."))
    return envelope, found


def _holds(row: ApprovalRequest, found: Approved) -> datetime:
    return instant(min(found.expires, found.issued + row.hold_minutes * 60_000))


def _answer(
    row: ApprovalRequest,
    actor: Actor,
    now: datetime,
    *,
    key: str = "",
    reason: str = "",
    envelope: wire.Envelope | None = None,
    holds: datetime | None = None,
) -> None:
    try:
        with transaction.atomic():
            ApprovalAnswer.objects.create(
                request=row,
                person_id=str(actor.id),
                approves=envelope is not None,
                reason=reason,
                key=key,
                body=envelope.body if envelope else "",
                signatures=list(envelope.signatures) if envelope else [],
                at=now,
                holds_until=holds,
            )
    except IntegrityError as error:
        raise NotWaiting(_("you have answered it")) from error
