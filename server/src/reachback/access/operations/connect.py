"""Connect: decide, mint a grant over a nonce of the device's link, and hand out a ticket."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reachback.access import deciding, keys, policy, tickets
from reachback.access import facts as access_facts
from reachback.access.deciding import Matter
from reachback.access.errors import AccessRefused, MayNotConnect
from reachback.access.instants import instant, milliseconds
from reachback.access.models import AccessSession, Grant, LinkTicket, SpentNonce
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

    `target` (`host:port`) belongs to the capability `tunnel`, `run_as` to the others.
    """

    device_id: UUID
    session_key: str
    case_id: UUID | None = None
    run_as: str = ""
    capability: str = "shell.user"
    mfa: str = ""
    target: str = ""


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A session that may begin. `ticket` is shown once and kept as a hash."""

    session_id: UUID
    ticket: str
    node: str
    grant: dict[str, Any]
    channel: str
    run_as: str
    expires_at: datetime


def connect(*, actor: Actor, now: datetime, request: ConnectRequest) -> Connected:
    """Open the way to a session; nothing is minted that the contract does not allow.

    Raises MayNotConnect, AccessRefused (with the clause), UnknownDevice, FrontUnavailable. A
    refusal is an audit row in both organisations.
    """
    matter = deciding.matter(actor, request.device_id, request.case_id, now)
    if not policy.may_connect(actor, matter.device.organisation_id):
        raise MayNotConnect
    try:
        _check_key(request.session_key)
        asked = _complete(request, matter)
        decision, contract = _decided(actor, matter, asked, now)
        answer = _nonce(matter)
        return _mint(actor, now, matter, asked, (decision, contract, answer))
    except AccessRefused as refused:
        _record_refusal(actor, now, matter, refused)
        raise


def _complete(request: ConnectRequest, matter: Matter) -> ConnectRequest:
    """A tunnel names a target and no user; everything else gets the usual user."""
    if request.capability == "tunnel":
        if not request.target:
            raise AccessRefused("parameter-refused", _("A tunnel needs a target, host:port."))
        return replace(request, run_as="")
    user = request.run_as or deciding.usual_user(matter, request.capability)
    return replace(request, run_as=user, target="")


def _check_key(line: str) -> None:
    try:
        PublicKey.parse(line)
    except Refusal as refusal:
        raise AccessRefused(refusal.code, refusal.sentence) from refusal


def _decided(
    actor: Actor, matter: Matter, request: ConnectRequest, now: datetime
) -> tuple[Decision, wire.Contract]:
    wish = deciding.Wish(
        capability=request.capability,
        run_as=request.run_as,
        session_key=request.session_key,
        mfa=request.mfa,
        target=request.target,
    )
    decision = deciding.decide(actor, matter, wish, now)
    if not decision.allowed or matter.contract is None:
        raise AccessRefused(decision.code, decision.sentence, decision.clause)
    return decision, matter.contract


def _nonce(matter: Matter) -> dict[str, Any]:
    """Ask the front for a nonce the device issued on its present link."""
    try:
        return front.ask(f"/devices/{matter.device.id}/nonce", {})
    except FrontRefused as refused:
        if refused.code == "device-offline":
            sentence = _("%(name)s has no link at the moment.") % {"name": matter.device.name}
            raise AccessRefused("device-offline", sentence) from refused
        raise


def _mint(
    actor: Actor,
    now: datetime,
    matter: Matter,
    request: ConnectRequest,
    decided: tuple[Decision, wire.Contract, dict[str, Any]],
) -> Connected:
    decision, _contract, answer = decided
    session_id = new_id()
    wish = deciding.Wish(
        capability=request.capability,
        run_as=request.run_as,
        session_key=request.session_key,
        mfa=request.mfa,
        target=request.target,
    )
    wish = replace(wish, also=deciding.companions(actor, matter, wish, now))
    document = replace(
        deciding.draft_grant(actor, matter, wish, now),
        id=str(new_id()),
        session=str(session_id),
        nonce=str(answer["nonce"]),
        expires=min(decision.expires, milliseconds(now + LIFETIME)),
    )
    sealed = wire.seal(document, keys.grant_key())
    ticket = tickets.new_ticket()
    with transaction.atomic():
        _spend(matter, document.nonce, now)
        session = _session(actor, now, matter, request, (session_id, decision, document))
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
            ticket,
            session.id,
            actor,
            key=request.session_key,
            may=LinkTicket.May.OPEN,
            now=now,
            lifetime=tickets.COPIED_LIFETIME if request.target else tickets.LIFETIME,
        )
        data = {"clause": decision.clause} | ({"target": request.target} if request.target else {})
        _record(actor, now, session, "session.granted", data)
    return Connected(
        session_id=session_id,
        ticket=ticket,
        node=str(answer.get("node", "")),
        grant=sealed.to_json(),
        channel=f"{session_id}.1",
        run_as=request.run_as,
        expires_at=session.expires_at,
    )


def _spend(matter: Matter, nonce: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            SpentNonce.objects.create(device_id=matter.device.id, nonce=nonce, spent_at=now)
    except IntegrityError as error:
        sentence = _("The device's link has to be asked again. Press Connect once more.")
        raise AccessRefused("wrong-nonce", sentence) from error


def _session(
    actor: Actor,
    now: datetime,
    matter: Matter,
    request: ConnectRequest,
    minted: tuple[UUID, Decision, wire.Grant],
) -> AccessSession:
    session_id, decision, document = minted
    row: AccessSession = AccessSession.objects.create(
        id=session_id,
        organisation_id=matter.device.organisation_id,
        device_id=matter.device.id,
        case_id=request.case_id,
        technician_id=actor.id,
        contract=matter.contract_row,
        session_key=request.session_key,
        clause=decision.clause,
        sentence=decision.sentence[:1000],
        capabilities=list(document.capabilities),
        run_as=request.run_as[:80],
        asked_at=now,
        expires_at=instant(document.expires),
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
