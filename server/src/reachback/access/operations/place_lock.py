"""Lock: shut a person, a device, a customer or everything out of remote access, at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reachback.access import delivering, policy, session_log, tellings
from reachback.access.errors import AlreadyLocked, MayNotLock
from reachback.access.locks import standing
from reachback.access.models import AccessSession, Lock
from reachback.access.operations.record_events import end_waiting
from reachback.access.returning import waits
from reachback.audit.operations import record
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor
from reachback.people import queries as people
from reachback.people.errors import NoSuchPerson

_REASON_MOST = 200


@dataclass(frozen=True, kw_only=True)
class _Locked:
    """What is locked: its id, its name, and the customer it belongs to."""

    target: str = ""
    name: str = ""
    organisation_id: UUID | None = None


def place_lock(
    *, actor: Actor, now: datetime, scope: str, target: UUID | None, reason: str
) -> tuple[Lock, int]:
    """Lock, and cut every session it stops; return the lock and how many sessions it ended.

    `target` is the id of a person of the provider, a device or a customer; None with `everything`.
    A grant that is out already opens nothing more: the front knows its session is over. Raises
    MayNotLock, AlreadyLocked, and the rooms' own errors for what is not there.
    """
    if not policy.may_lock(actor):
        raise MayNotLock
    found = _locked(actor, scope, target)
    provider = people.provider()
    try:
        with transaction.atomic():
            row: Lock = Lock.objects.create(
                scope=scope,
                target=found.target,
                name=found.name[:200],
                organisation_id=found.organisation_id,
                reason=" ".join(reason.split())[:_REASON_MOST],
                placed_by=actor.name[:120],
                placed_at=now,
            )
            _record(actor, now, row, "access.locked")
            stopped = standing.stopped_by(row)
            for session in stopped:
                _stop(session, row, actor=actor, now=now)
    except IntegrityError as error:
        raise AlreadyLocked from error
    delivering.cut_sessions([each.id for each in stopped], standing.CODE, row.sentence)
    touched = {each.organisation_id for each in stopped} | {found.organisation_id}
    for organisation_id in touched | ({provider.id} if provider else set()):
        if organisation_id is not None:
            tellings.contract_changed(organisation_id)
    return row, len(stopped)


def _locked(actor: Actor, scope: str, target: UUID | None) -> _Locked:
    if scope == Lock.Scope.EVERYTHING:
        if not actor.sees_everything:
            raise MayNotLock
        return _Locked()
    if target is None:
        raise MayNotLock
    if scope == Lock.Scope.PERSON:
        person = people.agents(actor).filter(id=target).first()
        if person is None:
            raise NoSuchPerson(target)
        return _Locked(target=str(person.id), name=person.name)
    if scope == Lock.Scope.DEVICE:
        device = devices.device(actor, target)
        return _Locked(
            target=str(device.id), name=device.name, organisation_id=device.organisation_id
        )
    customer = people.organisation(actor, target)
    return _Locked(target=str(customer.id), name=customer.name, organisation_id=customer.id)


def _stop(session: AccessSession, row: Lock, *, actor: Actor, now: datetime) -> None:
    """End what the front cannot end: a session that never began, or that waits for its device."""
    data = {"lock": str(row.id), "sentence": row.sentence}
    session_log.record(session, actor=actor, now=now, action="session.locked", data=data)
    if session.state == AccessSession.State.READY:
        session.state = AccessSession.State.ENDED
        session.ended_at = now
        session.end_code = standing.CODE
        session.end_sentence = row.sentence[:300]
        session.save(update_fields=["state", "ended_at", "end_code", "end_sentence"])
    elif waits(session):
        end_waiting(session, row.sentence, now=now)


def _record(actor: Actor, now: datetime, row: Lock, action: str) -> None:
    provider = people.provider()
    home = row.organisation_id or (provider.id if provider else actor.organisation_id)
    also = (provider.id,) if provider and provider.id != home else ()
    if home is None:
        return
    record(
        actor=actor,
        now=now,
        action=action,
        organisation_id=home,
        subject_kind="lock",
        subject_id=row.id,
        subject_label=row.what[:200],
        data={"scope": row.scope, "reason": row.reason},
        also_organisation_ids=also,
    )


def lift_lock(*, actor: Actor, now: datetime, lock_id: UUID) -> Lock:
    """Allow again; what was cut stays over. Lifting twice is lifting once.

    Raises MayNotLock, NoSuchLock.
    """
    if not policy.may_lock(actor):
        raise MayNotLock
    row = standing.lock(actor, lock_id)
    if row.organisation_id is None and not actor.sees_everything:
        raise MayNotLock
    if row.lifted_at is not None:
        return row
    row.lifted_at = now
    row.lifted_by = actor.name[:120]
    with transaction.atomic():
        row.save(update_fields=["lifted_at", "lifted_by"])
        _record(actor, now, row, "access.lock_lifted")
    if row.organisation_id is not None:
        tellings.contract_changed(row.organisation_id)
    return row
