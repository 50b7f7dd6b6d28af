"""Ask for approval; withdraw what was asked."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reachback.access import deciding, policy
from reachback.access.approvals import log, notices, requests, rota
from reachback.access.approvals.errors import NotWaiting, QueueFull
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.instants import milliseconds
from reachback.access.models import ApprovalRequest
from reachback.access.operations.connect import ConnectRequest, complete
from reachback.kernel import timers
from reachback.kernel.actors import Actor
from reachback.kernel.ids import new_id
from reachback_wire import documents as wire

TIMER = "access.approval"
ANSWER_WITHIN = timedelta(hours=2)
LENGTHS = (1, 2, 4, 8)  # hours
REASON_LEAST, REASON_MOST = 10, 300
MOST_OF_ONE, MOST_OF_CUSTOMER = 3, 20
State = ApprovalRequest.State


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked for, why, and for how many hours. `origin` begins the links in mails."""

    request: ConnectRequest
    reason: str
    hours: int
    origin: str


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What was decided: the clause that asks for approvals, and what is wished for."""

    matter: deciding.Matter
    wish: deciding.Wish
    clause: wire.Clause
    rule: wire.ApprovalRule


def ask(*, actor: Actor, now: datetime, asking: Asking) -> ApprovalRequest:
    """Keep the request and tell the approvers; the same request again is the one that waits.

    Raises MayNotConnect, AccessRefused (nothing to approve, no reason, nobody to ask), QueueFull.
    """
    case = _decide(actor, now, asking.request)
    reason = " ".join(asking.reason.split())[:REASON_MOST]
    if len(reason) < REASON_LEAST:
        raise AccessRefused("reason-missing", _("Say in a sentence why it is needed."))
    if asking.hours not in LENGTHS:
        raise AccessRefused("parameter-refused", _("Choose for how long."))
    if not rota.standing(case.matter.device.organisation_id, case.rule, now):
        sentence = _("No approver of this clause has registered a key: nobody could answer.")
        raise AccessRefused("nobody-approves", sentence)
    with transaction.atomic():
        _check_queue(actor, case.matter)
        row = _keep(actor, now, case, replace(asking, reason=reason))
        log.record(row, actor=actor, now=now, action="approval.asked", data={"reason": reason})
        log.on_case(row, _("%(who)s asked for approval: %(reason)s"), now=now)
        notices.tell_next(row, case.rule, origin=asking.origin, now=now)
        schedule(row, origin=asking.origin, now=now)
        notices.changed(row)
    return row


def schedule(row: ApprovalRequest, *, origin: str, now: datetime) -> None:
    """The next stand-in is told after a while; at the end nobody is asked any more."""
    due = min(now + notices.PATIENCE, row.answer_by)
    payload = {"request": str(row.id), "origin": origin}
    timers.schedule(kind=TIMER, key=f"{TIMER}:{row.id}", due=due, payload=payload, now=now)


def withdraw(*, actor: Actor, now: datetime, request_id: UUID) -> None:
    """Take the request back, also after a yes. Raises NoSuchApproval, MayNotConnect, NotWaiting."""
    if requests.request(actor, request_id).requester_id != actor.id:
        raise MayNotConnect
    with transaction.atomic():
        row = requests.locked(request_id)
        if row.state not in requests.OPEN:
            raise NotWaiting(row.get_state_display())
        end(row, State.WITHDRAWN, actor=actor, now=now)


def end(row: ApprovalRequest, state: ApprovalRequest.State, *, actor: Actor, now: datetime) -> None:
    """Close a locked request, and say so in both logs and on open pages."""
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])
    timers.cancel(key=f"{TIMER}:{row.id}", now=now)
    log.record(row, actor=actor, now=now, action=f"approval.{state}")
    notices.changed(row)


def rule_of(contract: wire.Contract | None, number: int) -> wire.ApprovalRule | None:
    """The approvals a clause asks for; None when the contract has no such clause."""
    clauses = contract.clauses if contract else ()
    return next((item.approval for item in clauses if item.number == number), None)


def _decide(actor: Actor, now: datetime, request: ConnectRequest) -> _Case:
    matter = deciding.matter(actor, request.device_id, request.case_id, now)
    if not policy.may_connect(actor, matter.device.organisation_id):
        raise MayNotConnect
    asked = complete(actor, request, matter, now)
    wish = deciding.Wish(
        capability=asked.capability,
        run_as=asked.run_as,
        session_key=deciding.probe_key(),
        mfa=asked.mfa,
        target=asked.target,
    )
    decision = deciding.decide(actor, matter, wish, now)
    if decision.allowed:
        raise AccessRefused("not-needed", _("This needs no approval: press Connect."))
    if decision.code not in ("approval-missing", "approval-expired"):
        raise AccessRefused(decision.code, decision.sentence, decision.clause)
    clauses = matter.contract.clauses if matter.contract else ()
    clause = next(item for item in clauses if item.number == decision.clause)
    if clause.approval is None:
        raise AccessRefused(decision.code, decision.sentence, decision.clause)
    return _Case(matter=matter, wish=wish, clause=clause, rule=clause.approval)


def _check_queue(actor: Actor, matter: deciding.Matter) -> None:
    waiting = requests.requests(actor).filter(
        organisation_id=matter.device.organisation_id, state=State.WAITING
    )
    if waiting.filter(requester_id=actor.id).count() >= MOST_OF_ONE:
        sentence = _("You have %(most)s requests waiting here: withdraw one, or wait.")
        raise QueueFull(sentence % {"most": MOST_OF_ONE})
    if waiting.count() >= MOST_OF_CUSTOMER:
        sentence = _("%(most)s requests wait at this customer: nobody could read one more.")
        raise QueueFull(sentence % {"most": MOST_OF_CUSTOMER})


def _keep(actor: Actor, now: datetime, case: _Case, asking: Asking) -> ApprovalRequest:
    session, until = new_id(), now + timedelta(hours=asking.hours)
    document = _document(actor, now, case, asking, str(session), until)
    row: ApprovalRequest = ApprovalRequest.objects.create(
        organisation_id=case.matter.device.organisation_id,
        device=case.matter.device,
        case_id=asking.request.case_id,
        requester_id=actor.id,
        session=session,
        capability=case.wish.capability,
        run_as=case.wish.run_as[:80],
        target=case.wish.target,
        clause=case.clause.number,
        needed=case.rule.needed,
        hold_minutes=case.rule.expires_minutes,
        reason=asking.reason,
        body=document.to_body(),
        digest=document.digest,
        asked_at=now,
        answer_by=min(until, now + ANSWER_WITHIN),
        until=until,
    )
    return row


def _document(
    actor: Actor, now: datetime, case: _Case, asking: Asking, session: str, until: datetime
) -> wire.ApprovalRequest:
    matter, wish = case.matter, case.wish
    offered = {item.name for item in case.clause.capabilities}
    also = ("files.write",) if wish.capability == "files.read" and "files.write" in offered else ()
    return wire.ApprovalRequest(
        device=matter.device.key,
        session=session,
        capabilities=(wish.capability, *also),
        parameter=deciding.parameter(matter, wish),
        technician=actor.name,
        case=matter.case.reference if matter.case else "",
        reason=asking.reason,
        start=milliseconds(now),
        until=milliseconds(until),
    )
