"""Which locks stand, and which of them bears on a session."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from reachback.access import policy, queries
from reachback.access.errors import NoSuchLock
from reachback.access.models import AccessSession, Lock
from reachback.devices import queries as devices
from reachback.kernel import actors
from reachback.kernel.actors import Actor

_SYSTEM: Final = actors.system("access.locks")
_OPEN: Final = (AccessSession.State.READY, AccessSession.State.LIVE)
CODE: Final = "locked"


def over(person_id: UUID | None, device_id: UUID, organisation_id: UUID) -> Lock | None:
    """Return a lock that stops this person on this device of this customer, if one stands."""
    targets = {
        Lock.Scope.EVERYTHING: "",
        Lock.Scope.CUSTOMER: str(organisation_id),
        Lock.Scope.DEVICE: str(device_id),
        Lock.Scope.PERSON: str(person_id or "-"),
    }
    standing = Lock.objects.filter(lifted_at__isnull=True)
    found = {(row.scope, row.target): row for row in standing}
    return next((found[key] for key in targets.items() if key in found), None)


def visible(actor: Actor) -> "QuerySet[Lock]":
    """The locks the actor may see, newest first.

    The provider's people see those of customers they see, of people, and of everything; a
    customer's administrators those of their own devices, and of everything.
    """
    found: QuerySet[Lock] = Lock.objects.select_related("organisation")
    if actor.is_provider:
        if not policy.may_see_locks(actor):
            return found.none()
        if actor.sees_everything:
            return found
        theirs = actor.visible_organisations()
        return found.filter(Q(organisation__isnull=True) | Q(organisation_id__in=theirs))
    own = actor.organisation_id
    if own is None or not policy.may_govern(actor, own):
        return found.none()
    found = found.filter(Q(organisation_id=own) | Q(scope=Lock.Scope.EVERYTHING))
    if actor.site_ids is None:
        return found
    own_devices = [str(each) for each in devices.devices(actor).values_list("id", flat=True)]
    return found.filter(~Q(scope=Lock.Scope.DEVICE) | Q(target__in=own_devices))


def standing(actor: Actor) -> Sequence[Lock]:
    """Those of them that stand."""
    return list(visible(actor).filter(lifted_at__isnull=True))


def lock(actor: Actor, lock_id: UUID) -> Lock:
    """One lock; NoSuchLock if it is not there or not the actor's to see."""
    found = visible(actor).filter(id=lock_id).first()
    if found is None:
        raise NoSuchLock
    return found


def stopped_by(row: Lock) -> Sequence[AccessSession]:
    """Sessions open now that the lock stops, whoever may see them."""
    found = queries.sessions(_SYSTEM).filter(state__in=_OPEN)
    narrowed = {
        Lock.Scope.PERSON: {"technician_id": row.target},
        Lock.Scope.DEVICE: {"device_id": row.target},
        Lock.Scope.CUSTOMER: {"organisation_id": row.target},
        Lock.Scope.EVERYTHING: {},
    }
    return list(found.filter(**narrowed[Lock.Scope(row.scope)]))
