"""Leases: claim due rows for one worker, settle them once, retry them with growing delay.

A claim commits before the work starts. The work's own transaction first settles the row *under
its fencing token*, so a worker that lost its lease does nothing, and the effect and the mark
"done" are one commit. A killed worker's rows are claimed again when the lease ends.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from reachback.kernel.models import Leased

LEASE = timedelta(seconds=15)
ATTEMPTS = 12
_LONGEST_DELAY = timedelta(minutes=30)
_ERROR_LENGTH = 2_000

L = TypeVar("L", bound=Leased)


class LeaseLost(RuntimeError):
    """Another worker holds or finished this row; the caller must roll back and forget it."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to finish one row, until its lease ends."""

    id: UUID
    token: int
    attempts: int


def _due(model: type[L], now: datetime) -> models.QuerySet[L]:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows: models.QuerySet[Any] = model._default_manager.filter(  # noqa: SLF001 - Django's name
        free, state=Leased.State.WAITING, due_at__lte=now
    )
    return rows


def claim(model: type[L], *, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Claim]:
    """Lease up to `limit` due rows, earliest first. Commits on its own; empty costs one read."""
    if not _due(model, now).exists():
        return []
    with transaction.atomic():
        rows = list(
            _due(model, now)
            .select_for_update(skip_locked=True)
            .order_by("due_at", "id")
            .values_list("id", "lease_token", "attempts")[:limit]
        )
        model._default_manager.filter(id__in=[row[0] for row in rows]).update(  # noqa: SLF001
            lease_until=now + lease,
            lease_token=models.F("lease_token") + 1,
            attempts=models.F("attempts") + 1,
        )
    return [Claim(id=row[0], token=row[1] + 1, attempts=row[2] + 1) for row in rows]


def settle(model: type[L], held: Claim, *, now: datetime) -> None:
    """Mark the row done inside the caller's transaction; raise LeaseLost if it is not ours."""
    changed = _ours(model, held).update(
        state=Leased.State.DONE, finished_at=now, lease_until=None, last_error=""
    )
    if changed != 1:
        msg = f"{model.__name__} {held.id} is held by another worker"
        raise LeaseLost(msg)


def retry_later(model: type[L], held: Claim, *, error: str, now: datetime) -> bool:
    """Give the row back after a failure; after ATTEMPTS it stays visible as failed.

    Returns whether it will be tried again. A lost lease changes nothing and counts as True.
    """
    again = held.attempts < ATTEMPTS
    values: dict[str, Any] = {"lease_until": None, "last_error": error[:_ERROR_LENGTH]}
    if again:
        values["due_at"] = now + delay_after(held.attempts)
    else:
        values |= {"state": Leased.State.FAILED, "finished_at": now}
    return _ours(model, held).update(**values) != 1 or again


def delay_after(attempts: int) -> timedelta:
    """Return the wait after the given number of failed attempts: 1 s, 2 s, 4 s ... 30 min."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 20)), _LONGEST_DELAY)


def release_all(model: type[L]) -> int:
    """End every lease at once. Only for the exclusive owner of the database, at its start."""
    return model._default_manager.filter(  # noqa: SLF001
        state=Leased.State.WAITING, lease_until__isnull=False
    ).update(lease_until=None)


def retry_failed(model: type[L], *, now: datetime, ids: Collection[UUID] | None = None) -> int:
    """Put failed rows (these, or all) back to waiting, due now, with their attempts forgotten."""
    rows = model._default_manager.filter(state=Leased.State.FAILED)  # noqa: SLF001
    if ids is not None:
        rows = rows.filter(id__in=ids)
    return rows.update(
        state=Leased.State.WAITING, attempts=0, due_at=now, finished_at=None, lease_until=None
    )


def next_due(model: type[L], *, now: datetime) -> datetime | None:
    """Return when the next waiting row wants attention, or None if nothing waits."""
    waiting = model._default_manager.filter(state=Leased.State.WAITING)  # noqa: SLF001
    free = waiting.filter(Q(lease_until=None) | Q(lease_until__lte=now))
    moments = [
        free.aggregate(at=models.Min("due_at"))["at"],
        waiting.filter(lease_until__gt=now).aggregate(at=models.Min("lease_until"))["at"],
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _ours(model: type[L], held: Claim) -> models.QuerySet[L]:
    rows: models.QuerySet[Any] = model._default_manager.filter(  # noqa: SLF001
        id=held.id, lease_token=held.token, state=Leased.State.WAITING
    )
    return rows
