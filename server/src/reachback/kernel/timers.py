"""Timers: something that happens at a time, also after a crash, once in our records."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from reachback.kernel import bells, leases
from reachback.kernel.models import Timer
from reachback.kernel.transactions import require_transaction

BELL = "timers"


class Handler(Protocol):
    """What happens when a timer of its kind is due, in a transaction that is already open."""

    def __call__(self, payload: dict[str, Any], /, *, timer_id: UUID, now: datetime) -> None: ...


_handlers: dict[str, Handler] = {}


class UnknownKind(LookupError):
    """A timer's kind has no handler in this version of the program."""


def handle(kind: str, handler: Handler) -> None:
    """Register what happens for timers of this kind. Called in AppConfig.ready."""
    known = _handlers.get(kind)
    if known is not None and known is not handler:
        msg = f"two handlers for timers of kind {kind}"
        raise ValueError(msg)
    _handlers[kind] = handler


def unhandle(kind: str) -> None:
    """Forget a handler. For tests that register their own."""
    _handlers.pop(kind, None)


def schedule(*, kind: str, key: str, due: datetime, payload: dict[str, Any], now: datetime) -> UUID:
    """Set the timer of this key, in place of one that still waits under it; return its id.

    Raises TransactionRequired outside a transaction.
    """
    require_transaction("timers.schedule")
    cancel(key=key, now=now)
    row = Timer.objects.create(kind=kind, key=key, due_at=due, payload=payload)
    bells.ring_after_commit(BELL)
    return row.id


def cancel(*, key: str, now: datetime) -> bool:
    """Cancel the waiting timer of this key; return whether there was one.

    A worker that already claimed it finds its lease lost and does nothing.
    """
    require_transaction("timers.cancel")
    waiting = Timer.objects.filter(key=key, state=Timer.State.WAITING)
    return waiting.update(state=Timer.State.CANCELLED, finished_at=now, lease_until=None) > 0


def fire(held: leases.Claim, *, now: datetime) -> None:
    """Run one claimed timer's handler; its effect and the mark "done" commit together.

    Raises LeaseLost, UnknownKind, or whatever the handler raised.
    """
    with transaction.atomic():
        leases.settle(Timer, held, now=now)
        row = Timer.objects.get(id=held.id)
        handler = _handlers.get(row.kind)
        if handler is None:
            msg = f"no handler for timers of kind {row.kind}"
            raise UnknownKind(msg)
        handler(row.payload, timer_id=row.id, now=now)
