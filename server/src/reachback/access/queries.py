"""Reads of contracts, sessions and recordings. Each starts from what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from django.db.models import (
    Avg,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models import fields as columns

from reachback.access import policy
from reachback.access.errors import UnknownSession
from reachback.access.models import (
    AccessSession,
    ContractDocument,
    CustomerKeyset,
    Grant,
    Handover,
    Narrowing,
    Recording,
    SessionEvent,
)
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback_wire import documents as wire


class KeptDocument(Protocol):
    """A row that keeps a signed document."""

    body: Any
    signatures: Any
    digest: Any


_SYSTEM = actors.system("access.queries")
_LIVE = (AccessSession.State.READY, AccessSession.State.LIVE)


def keysets(actor: Actor, organisation_id: UUID) -> Sequence[CustomerKeyset]:
    """The customer's keysets, oldest first."""
    found: QuerySet[CustomerKeyset] = CustomerKeyset.objects.visible_to(actor)
    return list(found.filter(organisation_id=organisation_id))


def contracts(actor: Actor, organisation_id: UUID) -> Sequence[ContractDocument]:
    """Every contract the customer published, newest first."""
    found: QuerySet[ContractDocument] = ContractDocument.objects.visible_to(actor)
    return list(found.filter(organisation_id=organisation_id))


def running_contract(actor: Actor, organisation_id: UUID) -> ContractDocument | None:
    """The customer's contract in force (or waiting to take effect), if there is one."""
    found: QuerySet[ContractDocument] = ContractDocument.objects.visible_to(actor)
    return found.filter(
        organisation_id=organisation_id, state=ContractDocument.State.RUNNING
    ).first()


def narrowings(actor: Actor, organisation_id: UUID) -> Sequence[Narrowing]:
    """The newest serial of each narrowing, lifted ones too, oldest first."""
    found: QuerySet[Narrowing] = Narrowing.objects.visible_to(actor)
    newest: dict[str, Narrowing] = {}
    for row in found.filter(organisation_id=organisation_id).order_by("serial"):
        newest[row.document] = row
    return sorted(newest.values(), key=lambda row: row.published_at)


def standing_narrowings(
    actor: Actor, organisation_id: UUID, contract: ContractDocument | None
) -> Sequence[Narrowing]:
    """The narrowings that take something away now.

    A customer's is lifted by a customer's contract of higher serial than the one it names.
    """
    standing = []
    for row in narrowings(actor, organisation_id):
        replaced = (
            row.author == "customer"
            and contract is not None
            and row.contract_digest not in ("", contract.digest)
            and contract.published_at > row.published_at
        )
        if not row.lifted and not replaced:
            standing.append(row)
    return standing


def envelope(row: KeptDocument) -> dict[str, Any]:
    """Return the envelope of a kept document."""
    return {"body": row.body, "signatures": list(row.signatures)}


def parsed(contract: ContractDocument) -> wire.Contract:
    """Return the contract's clauses; it was checked when it was published."""
    return _parsed(contract.body)


@lru_cache(maxsize=64)
def _parsed(body: str) -> wire.Contract:
    """The contract of these very bytes, frozen: it is asked for with every Connect."""
    return wire.Contract.parse(body)


def sessions(actor: Actor) -> "QuerySet[AccessSession]":
    """Every session the actor may see, newest first."""
    found: QuerySet[AccessSession] = AccessSession.objects.visible_to(actor)
    if not actor.is_provider:
        if not actor.has_role("customer-administrator"):
            return found.none()
        if actor.site_ids is not None:
            found = found.filter(device__site_id__in=actor.site_ids)
    return found.select_related(
        "device", "device__site", "organisation", "technician", "case", "contract"
    )


def session(actor: Actor, session_id: UUID) -> AccessSession:
    """One session; UnknownSession if it is not there or not the actor's to see."""
    found = sessions(actor).filter(id=session_id).first()
    if found is None or not policy.may_see_sessions(
        actor, found.organisation_id, found.device.site_id
    ):
        raise UnknownSession
    return found


def live_sessions(actor: Actor) -> "QuerySet[AccessSession]":
    """Sessions in which somebody is on a device now."""
    return sessions(actor).filter(state=AccessSession.State.LIVE)


@dataclass(frozen=True)
class LiveSession:
    """A session in which a shell runs now, and since when nobody is in it.

    `detached_at` is the front's word (docs/protocols/front.md); None while its technician is there.
    """

    session: AccessSession
    detached_at: datetime | None
    mine: bool
    # A colleague hands it to this person.
    offered: bool = False


def live(actor: Actor, now: datetime, device_id: UUID | None = None) -> Sequence[LiveSession]:
    """Sessions that are live, on one device or on any, with those their technician has left."""
    found = live_sessions(actor)
    if device_id is not None:
        found = found.filter(device_id=device_id)
    told = SessionEvent.objects.filter(
        session=OuterRef("id"), kind__in=("detached", "returned", "taken-up")
    ).order_by("-at", "-id")
    offers = Handover.objects.visible_to(actor).filter(
        session=OuterRef("id"),
        receiver_id=actor.id,
        state=Handover.State.OFFERED,
        expires_at__gt=now,
    )
    rows = found.annotate(
        presence=Subquery(told.values("kind")[:1]),
        presence_at=Subquery(told.values("at")[:1]),
        offered=Exists(offers),
    )
    return [
        LiveSession(
            session=row,
            detached_at=row.presence_at if row.presence == "detached" else None,
            mine=row.technician_id == actor.id,
            offered=row.offered,
        )
        for row in rows
    ]


def open_session_ids(actor: Actor, organisation_id: UUID) -> list[UUID]:
    """Sessions of the customer that are not over, for cutting them."""
    found: QuerySet[AccessSession] = AccessSession.objects.visible_to(actor)
    rows = found.filter(organisation_id=organisation_id, state__in=_LIVE)
    return list(rows.values_list("id", flat=True))


def device_sessions(actor: Actor, device_id: UUID, limit: int = 10) -> Sequence[AccessSession]:
    """The newest sessions on one device."""
    return list(sessions(actor).filter(device_id=device_id)[:limit])


def channel_keys(found: AccessSession) -> list[str]:
    """The keys of the channels a session that may be seen has opened so far, oldest first."""
    return list(found.channels.values_list("key", flat=True))


def grants(session_id: UUID) -> Sequence[Grant]:
    """Every grant of a session that may be seen, oldest first."""
    found: QuerySet[Grant] = Grant.objects.visible_to(_SYSTEM)
    return list(found.filter(session_id=session_id))


def recording(actor: Actor, session_id: UUID) -> Recording | None:
    """The session's recording row, if it has begun."""
    found: QuerySet[Recording] = Recording.objects.visible_to(actor)
    return found.filter(session_id=session_id).first()


@dataclass(frozen=True)
class Counters:
    """Figures for the report, from recorded facts only."""

    sessions: int
    live: int
    devices: int
    technicians: int
    average: timedelta | None


def counters(actor: Actor, *, since: datetime, until: datetime, samples: bool = True) -> Counters:
    """Count the sessions that began in [since, until)."""
    length = ExpressionWrapper(
        F("ended_at") - F("started_at"), output_field=columns.DurationField()
    )
    found = sessions(actor).filter(started_at__gte=since, started_at__lt=until)
    if not samples:
        found = found.filter(sample=False)
    row = found.order_by().aggregate(
        every=Count("id"),
        live=Count("id", filter=Q(state=AccessSession.State.LIVE)),
        devices=Count("device", distinct=True),
        technicians=Count("technician", distinct=True),
        average=Avg(length),
    )
    return Counters(row["every"], row["live"], row["devices"], row["technicians"], row["average"])
