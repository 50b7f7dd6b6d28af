"""Facts: what happened, kept in the transaction that made it true and told to every subscriber.

Each subscriber handles a fact in a transaction of its own, marked done in that same transaction:
in our records exactly once, toward the world at least once, never silently lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID

from django.db import transaction

from reachback.kernel import bells, leases, wiring
from reachback.kernel.models import Delivery, FactRow
from reachback.kernel.transactions import require_transaction

BELL = "facts"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of every fact. Subclasses are frozen dataclasses with a KIND such as `devices.lost`."""

    KIND: ClassVar[str] = ""


F_contra = TypeVar("F_contra", bound=Fact, contravariant=True)
F = TypeVar("F", bound=Fact)


class Handler(Protocol[F_contra]):
    """What a subscriber does with a fact, in a transaction that is already open."""

    def __call__(self, fact: F_contra, /, *, fact_id: UUID, now: datetime) -> None: ...


@dataclass(frozen=True)
class Subscription:
    """One subscriber: its lasting name, the fact it wants, and what it does."""

    name: str
    fact: type[Fact]
    handler: Callable[..., None]


_subscriptions: dict[str, Subscription] = {}


class UnknownSubscriber(LookupError):
    """A delivery names a subscriber this version of the program does not have."""


def subscribe(fact: type[F], *, name: str, handler: Handler[F]) -> None:
    """Tell `handler` every fact of this class from now on. Called in AppConfig.ready.

    `name` is kept in the database (`cases.open_from_alert`): renaming it strands what waits.
    """
    known = _subscriptions.get(name)
    if known is not None and known.handler is not handler:
        msg = f"two subscribers are called {name}"
        raise ValueError(msg)
    _subscriptions[name] = Subscription(name, fact, handler)


def unsubscribe(name: str) -> None:
    """Forget a subscriber. For tests that subscribe themselves."""
    _subscriptions.pop(name, None)


def subscriptions() -> tuple[Subscription, ...]:
    """Return every subscriber, by name."""
    return tuple(_subscriptions[name] for name in sorted(_subscriptions))


def publish(fact: Fact, *, now: datetime) -> UUID:
    """Keep the fact in the open transaction and wake its subscribers after commit; return its id.

    Raises TransactionRequired outside a transaction.
    """
    require_transaction("facts.publish")
    if not fact.KIND:
        msg = f"{type(fact).__name__} has no KIND"
        raise ValueError(msg)
    row = FactRow(kind=fact.KIND, payload=wiring.dump(fact), published_at=now)
    row.save(force_insert=True)
    told = [each for each in subscriptions() if isinstance(fact, each.fact)]
    Delivery.objects.bulk_create(
        [Delivery(fact=row, subscriber=each.name, due_at=now) for each in told]
    )
    if told:
        bells.ring_after_commit(BELL)
    return row.id


def deliver(held: leases.Claim, *, now: datetime) -> None:
    """Hand one claimed delivery to its subscriber; both it and the mark "done" commit, or none.

    Raises LeaseLost, UnknownSubscriber, or whatever the subscriber raised.
    """
    with transaction.atomic():
        leases.settle(Delivery, held, now=now)
        row = Delivery.objects.select_related("fact").get(id=held.id)
        known = _subscriptions.get(row.subscriber)
        if known is None:
            msg = f"no subscriber is called {row.subscriber}"
            raise UnknownSubscriber(msg)
        payload: dict[str, Any] = row.fact.payload
        known.handler(wiring.load(known.fact, payload), fact_id=row.fact_id, now=now)
