"""Connect: decide, mint a grant over a nonce of the device's link, and hand out a ticket."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.access import awaiting, deciding, keys, planning, policy, tickets
from reachback.access import facts as access_facts
from reachback.access.approvals import using
from reachback.access.deciding import Matter
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.instants import instant, milliseconds
from reachback.access.models import (
    AccessSession,
    ApprovalRequest,
    ContractDocument,
    Grant,
    LinkTicket,
    SpentNonce,
)
from reachback.access.scripts import users
from reachback.access.seats import Sitter, seat
from reachback.audit.operations import record
from reachback.kernel import facts, front
from reachback.kernel.actors import Actor
from reachback.kernel.front import FrontRefused
from reachback.kernel.ids import new_id
from reachback_wire import documents as wire
from reachback_wire.decisions import Decision
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey

LIFETIME = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True)
class ConnectRequest:
    """What a technician asks for. `session_key` is the public line of the browser or command.

    `target` (`host:port`) belongs to the capability `tunnel`, `run_as` to the others; `script` is
    the digest that `exec` is to run, once. `in_browser`: the tunnel's page opens in the browser.
    `at` (ms since 1970) plans a restart for then. `approval_id`: what the customer approved.
    """

    device_id: UUID
    session_key: str
    case_id: UUID | None = None
    run_as: str = ""
    capability: str = "shell.user"
    mfa: str = ""
    target: str = ""
    script: str = ""
    in_browser: bool = False
    at: int = 0
    approval_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A session that may begin. `ticket` is shown once and kept as a hash."""

    session: AccessSession
    ticket: str
    node: str
    grant: dict[str, Any]

    @property
    def session_id(self) -> UUID:
        return UUID(str(self.session.id))

    @property
    def channel(self) -> str:
        """The signed key of the session's first channel."""
        return f"{self.session.id}.1"


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What was decided, and the names of what will be made."""

    matter: Matter
    request: ConnectRequest
    wish: deciding.Wish
    contract_row: ContractDocument
    decision: Decision
    session_id: UUID
    approval: ApprovalRequest | None
    ticket: str
    void_at: datetime
    expires: int
    asked_at: datetime


def connect(*, actor: Actor, now: datetime, request: ConnectRequest) -> Connected:
    """Open the way to a session; nothing is minted that the contract does not allow.

    Raises MayNotConnect, AccessRefused (with the clause), UnknownDevice, FrontUnavailable. A
    refusal is an audit row in both organisations. A device in contact on demand that is away is
    waited for: DeviceExpected, if the contract would allow it then.
    """
    matter = deciding.matter(actor, request.device_id, request.case_id, now)
    if not policy.may_connect(actor, matter.device.organisation_id):
        raise MayNotConnect
    try:
        _check_key(request.session_key)
        asked = complete(actor, request, matter, awaiting.moment(matter, now))
        if awaiting.expected(matter):
            raise awaiting.wait(actor, matter, _approved_wish(actor, asked, now), now)
        plan = _plan(actor, matter, asked, now)
        return _mint(actor, now, plan, _nonce(actor, plan))
    except AccessRefused as refused:
        _record_refusal(actor, now, matter, refused)
        raise


def complete(
    actor: Actor, request: ConnectRequest, matter: Matter, now: datetime
) -> ConnectRequest:
    """A tunnel names a target and no user, a script its digest; the rest gets the usual user."""
    if request.capability == deciding.EXEC:
        if not request.script:
            raise AccessRefused("parameter-refused", _("Choose the script that is to run."))
        choices = users.choices(actor, matter, (request.script,), now, mfa=request.mfa)
        run_as = request.run_as or choices[0].run_as
        return replace(request, run_as=run_as, target="")
    if request.capability == "tunnel":
        if not request.target:
            raise AccessRefused("parameter-refused", _("A tunnel needs a target, host:port."))
        return replace(request, run_as="", script="")
    if request.capability == "reboot":
        return replace(request, run_as="", target="", script="")
    user = request.run_as or deciding.usual_user(matter, request.capability)
    return replace(request, run_as=user, target="", script="")


def _check_key(line: str) -> None:
    try:
        PublicKey.parse(line)
    except Refusal as refusal:
        raise AccessRefused(refusal.code, refusal.sentence) from refusal


def _wish(request: ConnectRequest) -> deciding.Wish:
    return deciding.Wish(
        capability=request.capability,
        run_as=request.run_as,
        session_key=request.session_key,
        mfa=request.mfa,
        target=request.target,
        script=request.script,
        at=request.at if request.capability == "reboot" else 0,
    )


def _approved_wish(actor: Actor, request: ConnectRequest, now: datetime) -> deciding.Wish:
    return replace(_wish(request), **using.members(using.approved(actor, request, now)))


def _plan(actor: Actor, matter: Matter, request: ConnectRequest, now: datetime) -> _Plan:
    approval = using.approved(actor, request, now)
    wish = _approved_wish(actor, request, now)
    if wish.at:
        planning.check(wish.at, now)
    wish, decision = users.settle(actor, matter, wish, now)
    if not decision.allowed or matter.contract_row is None:
        raise AccessRefused(decision.code, decision.sentence, decision.clause)
    return _Plan(
        matter=matter,
        request=request,
        wish=replace(wish, also=(*wish.also, *deciding.companions(actor, matter, wish, now))),
        contract_row=matter.contract_row,
        decision=decision,
        session_id=approval.session if approval else new_id(),
        approval=approval,
        ticket=tickets.new_ticket(),
        void_at=now + _good_for(request),
        expires=planning.expires(wish.at, decision.expires, milliseconds(now + LIFETIME)),
        asked_at=now,
    )


def _good_for(request: ConnectRequest) -> timedelta:
    """A ticket that is carried to the command by hand is good for longer."""
    copied = bool(request.target) and not request.in_browser
    return tickets.COPIED_LIFETIME if copied else tickets.LIFETIME


def _nonce(actor: Actor, plan: _Plan) -> dict[str, Any]:
    """Ask the front for a nonce the device issued on its present link; announce the ticket.

    The announced seat saves the browser a question to this process between its HELLO and its
    OPEN. A ticket that is announced and then not minted is shown to nobody.
    """
    matter = plan.matter
    sitter = Sitter(id=actor.id, name=actor.name, may=LinkTicket.May.OPEN, recordings=())
    announced = {
        "ticket": tickets.ticket_hash(plan.ticket),
        "key": plan.request.session_key,
        "until": milliseconds(plan.void_at),
        "seat": seat(
            actor,
            matter,
            plan.contract_row,
            session_id=plan.session_id,
            sitter=sitter,
            expires_at=instant(plan.expires),
        ),
    }
    try:
        return front.ask(f"/devices/{matter.device.id}/nonce", {"announce": announced})
    except FrontRefused as refused:
        if refused.code == "device-offline":
            if awaiting.has_left(actor, matter):
                raise awaiting.wait(actor, matter, plan.wish, plan.asked_at) from refused
            sentence = _("%(name)s has no link at the moment.") % {"name": matter.device.name}
            raise AccessRefused("device-offline", sentence) from refused
        raise


def _mint(actor: Actor, now: datetime, plan: _Plan, answer: dict[str, Any]) -> Connected:
    request, decision = plan.request, plan.decision
    document = replace(
        deciding.draft_grant(actor, plan.matter, plan.wish, now),
        id=str(new_id()),
        session=str(plan.session_id),
        nonce=str(answer["nonce"]),
        expires=plan.expires,
    )
    sealed = wire.seal(document, keys.grant_key())
    with transaction.atomic():
        _spend(plan.matter, document.nonce, now)
        session = _session(actor, now, plan, document)
        if plan.approval is not None:
            using.use(actor, plan.approval, now)
        Grant.objects.create(
            organisation_id=session.organisation_id,
            session=session,
            document=document.id,
            nonce=document.nonce,
            body=sealed.body,
            signatures=list(sealed.signatures),
            digest=sealed.digest,
            issued_at=now,
            expires_at=session.expires_at,
        )
        tickets.keep(
            plan.ticket,
            session.id,
            actor,
            key=request.session_key,
            may=LinkTicket.May.OPEN,
            now=now,
            void_at=plan.void_at,
        )
        data = {"clause": decision.clause} | ({"target": request.target} if request.target else {})
        if session.planned_for is not None:
            data["planned_for"] = session.planned_for.isoformat()
        _record(actor, now, session, "session.granted", data)
    return Connected(
        session=session,
        ticket=plan.ticket,
        node=str(answer.get("node", "")),
        grant=sealed.to_json(),
    )


def _spend(matter: Matter, nonce: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            SpentNonce.objects.create(device_id=matter.device.id, nonce=nonce, spent_at=now)
    except IntegrityError as error:
        sentence = _("The device's link has to be asked again. Press Connect once more.")
        raise AccessRefused("wrong-nonce", sentence) from error


def _session(actor: Actor, now: datetime, plan: _Plan, document: wire.Grant) -> AccessSession:
    row: AccessSession = AccessSession.objects.create(
        id=plan.session_id,
        organisation_id=plan.matter.device.organisation_id,
        device=plan.matter.device,
        case_id=plan.request.case_id,
        technician_id=actor.id,
        contract=plan.contract_row,
        session_key=plan.request.session_key,
        clause=plan.decision.clause,
        sentence=plan.decision.sentence[:1000],
        capabilities=list(document.capabilities),
        run_as=plan.request.run_as[:80],
        target=plan.request.target,
        in_browser=plan.request.in_browser and bool(plan.request.target),
        asked_at=now,
        expires_at=instant(document.expires),
        planned_for=instant(plan.wish.at) if plan.wish.at else None,
    )
    return row


def _record(
    actor: Actor, now: datetime, session: AccessSession, action: str, data: dict[str, Any]
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=session.organisation_id,
        subject_kind="session",
        subject_id=session.id,
        subject_label=session.device.name,
        data=data,
        also_organisation_ids=(actor.organisation_id,) if actor.organisation_id else (),
    )


def _record_refusal(actor: Actor, now: datetime, matter: Matter, refused: AccessRefused) -> None:
    with transaction.atomic():
        record(
            actor=actor,
            now=now,
            action="session.refused",
            organisation_id=matter.device.organisation_id,
            subject_kind="device",
            subject_id=matter.device.id,
            subject_label=matter.device.name,
            data={"code": refused.code, "sentence": refused.sentence, "clause": refused.clause},
            also_organisation_ids=(actor.organisation_id,) if actor.organisation_id else (),
        )
        fact = access_facts.AccessWasRefused(
            organisation_id=matter.device.organisation_id,
            device_id=matter.device.id,
            technician=actor.name,
            code=refused.code,
            sentence=refused.sentence,
            occurred_at=now,
        )
        facts.publish(fact, now=now)
