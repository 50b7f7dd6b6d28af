"""The one way a case changes: lock it, write entries, read the clock, save, audit, announce.

Every operation opens `changing(...)`; nothing else saves a case. Two agents who save at once wait
for each other and both are kept, each with an entry of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reachback.agreements import queries as agreements
from reachback.agreements.terms import Terms
from reachback.audit.operations import record
from reachback.cases import announce, text
from reachback.cases.clock import Happened, What, replay
from reachback.cases.errors import CaseNotFound, MayNot
from reachback.cases.models import Case, Entry
from reachback.cases.models.case import NEVER
from reachback.cases.statuses import DONE_STATUSES, OPEN_STATUSES
from reachback.cases.visibility import visible_cases
from reachback.kernel.actors import Actor

Allowed = Callable[[Actor, Case], bool]


@dataclass(slots=True)
class Change:
    """A case under change by one actor at one instant."""

    case: Case
    actor: Actor
    now: datetime
    entries: list[Entry] = field(default_factory=list)

    def log(
        self,
        kind: str = "change",
        *,
        body: str = "",
        data: dict[str, Any] | None = None,
        clock: What | str = "",
        visible: bool = False,
        occurred_at: datetime | None = None,
    ) -> Entry:
        """Write an entry by the actor; `clock` is the event it is for the service-level clock."""
        actor = self.actor
        entry = Entry(
            case=self.case,
            organisation_id=self.case.organisation_id,
            kind=kind,
            author_kind=actor.kind,
            author_id=actor.id,
            author_name=text.one_line(actor.name, 200),
            by_provider=actor.is_provider,
            body=text.body(body),
            data=data or {},
            visible_to_customer=visible,
            clock=clock,
            occurred_at=occurred_at or self.now,
            recorded_at=self.now,
        )
        entry.save(force_insert=True)
        self.entries.append(entry)
        if kind != "change" and entry.body:
            self.case.last_word = text.one_line(entry.body, 160)
            self.case.last_word_by = (
                "" if actor.kind == "system" else text.one_line(actor.name, 120)
            )
        return entry

    def put(self, **values: object) -> dict[str, Any]:
        """Set columns; return what they held before, as JSON, for the entry and for undo."""
        before: dict[str, Any] = {}
        for name, value in values.items():
            before[name] = plain(getattr(self.case, name))
            setattr(self.case, name, value)
        if "status" in values:
            self.case.is_open = self.case.status in OPEN_STATUSES
            assert self.case.is_open or self.case.status in DONE_STATUSES  # noqa: S101
        return before


@contextmanager
def changing(
    *, actor: Actor, now: datetime, case_id: UUID, action: str, allowed: Allowed
) -> Iterator[Change]:
    """Lock the case for the actor; what the block does is kept, audited and announced.

    Raises CaseNotFound when the actor may not know of it, MayNot when `allowed` says no. A block
    that writes no entry changes nothing.
    """
    with transaction.atomic():
        case = locked(actor, case_id)
        if not allowed(actor, case):
            raise MayNot(
                _("You may not do this to case %(number)s.") % {"number": case.number},
                action=action,
            )
        change = Change(case, actor, now)
        yield change
        if change.entries:
            keep(change, action=action)


def locked(actor: Actor, case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises CaseNotFound."""
    found = visible_cases(actor).select_for_update().filter(pk=case_id).first()
    if found is None:
        raise CaseNotFound(_("There is no such case."), number=case_id)
    return found


def keep(change: Change, *, action: str, created: bool = False) -> None:
    """Save the changed case with its clock, its audit row and its nudges."""
    case = change.case
    if any(entry.clock for entry in change.entries):
        reckon(case, now=change.now)
    if not created:
        case.version += 1
    case.updated_at = change.now
    case.save()
    record(
        actor=change.actor,
        now=change.now,
        action=action,
        organisation_id=case.organisation_id,
        subject_kind="case",
        subject_id=case.id,
        subject_label=str(case.number),
        data={"version": case.version, "entries": [str(entry.id) for entry in change.entries]},
    )
    announce.changed(case, change.entries, created=created)


def reckon(case: Case, *, now: datetime) -> None:
    """Replay the case's log and put down what is due next."""
    soonest = replay(clock_log(case), until=now).soonest()
    case.due_at = soonest.due if soonest else None
    case.due_from = soonest.began if soonest else None
    case.due_clock = soonest.name if soonest else ""
    case.sort_due = case.due_at or NEVER


def clock_log(case: Case) -> list[Happened]:
    """The lines of the case's timeline that move its clocks, oldest first."""
    lines = Entry.objects.marked_scoped().filter(case_id=case.id)
    return _logs(lines).get(case.id, [])


def clock_logs(cases: QuerySet[Case]) -> dict[UUID, list[Happened]]:
    """The same for many cases in one query, by case."""
    return _logs(Entry.objects.marked_scoped().filter(case__in=cases.order_by()))


def _logs(lines: QuerySet[Entry]) -> dict[UUID, list[Happened]]:
    rows = (
        lines.exclude(clock="")
        .order_by("recorded_at", "id")
        .values_list("case_id", "occurred_at", "clock", "data")
    )
    logs: dict[UUID, list[Happened]] = {}
    for case_id, at, what, data in rows:
        log = logs.setdefault(case_id, [])
        terms_id = data.get("terms")
        log.append(
            Happened(
                at=max(at, log[-1].at) if log else at,
                what=cast("What", what),
                priority=data.get("priority"),
                terms=kept_terms(UUID(terms_id)) if terms_id else None,
            )
        )
    return logs


@lru_cache(maxsize=512)
def kept_terms(terms_id: UUID) -> Terms:
    """Kept terms never change, so one reading serves every case under them."""
    return agreements.kept_terms(terms_id)


def plain(value: object) -> str | int | bool | dict[str, Any] | None:
    """A column's value as JSON can hold it."""
    return value if isinstance(value, str | int | bool | dict | None) else str(value)


__all__ = ["Change", "changing", "clock_log", "keep", "kept_terms", "locked", "reckon"]
