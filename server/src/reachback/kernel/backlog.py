"""What the worker has before it and what it gave up on: for the person who runs Reachback."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from reachback.kernel import bells, facts, leases, timers
from reachback.kernel.models import Delivery, Leased, Timer

_MOST = 100
_LONGEST_ERROR = 300
L = TypeVar("L", bound=Leased)


@dataclass(frozen=True, kw_only=True)
class Failed:
    """One piece of work that was tried to the end; `what` names the subscriber or the timer."""

    id: UUID
    line: str
    what: str
    attempts: int
    since: datetime | None
    error: str


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How much waits. `oldest` is when the oldest fact that waits was published."""

    facts: int
    oldest: datetime | None
    timers: int
    timers_due: int
    failed: int


def backlog(*, now: datetime) -> Backlog:
    """Count what waits and what failed."""
    told = Delivery.objects.filter(state=Leased.State.WAITING)
    oldest = told.order_by("fact__published_at").values_list("fact__published_at", flat=True)
    set_ = Timer.objects.filter(state=Leased.State.WAITING)
    return Backlog(
        facts=told.count(),
        oldest=oldest.first(),
        timers=set_.count(),
        timers_due=set_.filter(due_at__lte=now).count(),
        failed=sum(_failed(model).count() for model in (Delivery, Timer)),
    )


def failed() -> tuple[Failed, ...]:
    """Return what failed, newest first, at most a hundred of each kind."""
    given_up = _failed(Delivery).select_related("fact").order_by("-finished_at")[:_MOST]
    found = [_line("fact", row, f"{row.fact.kind} → {row.subscriber}") for row in given_up]
    stopped = _failed(Timer).order_by("-finished_at")[:_MOST]
    found += [_line("timer", row, f"{row.kind} ({row.key})") for row in stopped]
    return tuple(found)


def retry(*, now: datetime, ids: Collection[UUID] | None = None) -> tuple[Failed, ...]:
    """Put failed work back to waiting, due now: that of these ids, or all; return what it was.

    A timer whose key was set anew meanwhile stays as it is: the newer one counts.
    """
    chosen = [each for each in failed() if ids is None or each.id in ids]
    done = tuple(each for each in chosen if _again(each, now))
    with transaction.atomic():
        bells.ring_after_commit(facts.BELL)
        bells.ring_after_commit(timers.BELL)
    return done


def _again(work: Failed, now: datetime) -> bool:
    model = Delivery if work.line == "fact" else Timer
    try:
        with transaction.atomic():
            return leases.retry_failed(model, now=now, ids=[work.id]) == 1
    except IntegrityError:
        return False


def _failed(model: type[L]) -> QuerySet[L]:
    rows: QuerySet[Any] = model._default_manager.filter(  # noqa: SLF001 - Django's name
        state=Leased.State.FAILED
    )
    return rows


def _line(line: str, row: Leased, what: str) -> Failed:
    return Failed(
        id=row.id,
        line=line,
        what=what[:200],
        attempts=row.attempts,
        since=row.finished_at,
        error=row.last_error[:_LONGEST_ERROR],
    )
