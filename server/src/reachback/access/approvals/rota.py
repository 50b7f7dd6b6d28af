"""Whom to ask: the approvers a clause and the newest keyset name, in the customer's own order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from reachback.access import queries
from reachback.access.models import Approver, ApproverKey
from reachback.calendars.business import BusinessCalendar
from reachback.calendars.errors import BadHours, NeverOpens
from reachback.calendars.hours import ALWAYS, read_week
from reachback.kernel import actors
from reachback.people import queries as people
from reachback_wire import approving
from reachback_wire import documents as wire

_SYSTEM = actors.system("access.approvals")
LAST = 1_000  # where somebody stands whom the customer put nowhere


class Person(Protocol):
    """What we need to know of somebody."""

    @property
    def id(self) -> UUID: ...

    @property
    def name(self) -> str: ...

    @property
    def language(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An approver at this moment. `next_on` is when their hours begin, None while they run."""

    person: Person
    position: int
    hours: str
    on_duty: bool
    next_on: datetime | None
    phone: str
    keys: tuple[ApproverKey, ...]


def keyset(organisation_id: UUID) -> wire.Keyset | None:
    """The customer's newest keyset."""
    rows = queries.keysets(_SYSTEM, organisation_id)
    return wire.Keyset.parse(rows[-1].body) if rows else None


def keys(organisation_id: UUID) -> "QuerySet[ApproverKey]":
    """Every registered key that was not removed."""
    found: QuerySet[ApproverKey] = ApproverKey.objects.visible_to(_SYSTEM)
    return found.filter(organisation_id=organisation_id, removed_at=None).select_related("person")


def named_keys(organisation_id: UUID, rule: wire.ApprovalRule) -> list[ApproverKey]:
    """The registered keys that count under this clause now."""
    newest = keyset(organisation_id)
    living = approving.approvers(rule, newest) if newest else frozenset()
    return [row for row in keys(organisation_id) if row.line in living and row.person.is_active]


def calendar(hours: dict[str, str], zone: str) -> BusinessCalendar:
    """The approver's week in the customer's zone; {} is every hour. Raises BadHours."""
    return BusinessCalendar(zone, read_week(hours) if hours else ALWAYS)


def standing(organisation_id: UUID, rule: wire.ApprovalRule, now: datetime) -> Sequence[Standing]:
    """Give everybody who may answer, those on duty first, each group in the customer's order."""
    owned: dict[UUID, list[ApproverKey]] = {}
    for row in named_keys(organisation_id, rule):
        owned.setdefault(row.person_id, []).append(row)
    zone = people.organisation(_SYSTEM, organisation_id).zone
    rows = {row.person_id: row for row in rota(organisation_id)}
    found = [_standing(rows.get(person), held, zone, now) for person, held in owned.items()]
    return sorted(found, key=lambda each: (not each.on_duty, each.position, each.person.name))


def rota(organisation_id: UUID) -> Sequence[Approver]:
    """The customer's order of approvers."""
    found: QuerySet[Approver] = Approver.objects.visible_to(_SYSTEM)
    return list(found.filter(organisation_id=organisation_id).select_related("person"))


def _standing(
    row: Approver | None, held: Sequence[ApproverKey], zone: str, now: datetime
) -> Standing:
    hours = dict(row.hours) if row else {}
    on_duty, next_on = _duty(hours, zone, now)
    return Standing(
        person=held[0].person,
        position=row.position if row else LAST,
        hours=said(hours),
        on_duty=on_duty,
        next_on=next_on,
        phone=row.phone if row else "",
        keys=tuple(held),
    )


def _duty(hours: dict[str, str], zone: str, now: datetime) -> tuple[bool, datetime | None]:
    try:
        week = calendar(hours, zone)
        return (True, None) if week.is_open(now) else (False, week.next_open(now))
    except (BadHours, NeverOpens):
        return False, None


def said(hours: dict[str, str]) -> str:
    """One line for a week; the same hours on every day are written once, "" is every hour."""
    spans = set(hours.values())
    if len(hours) == 7 and len(spans) == 1:
        return spans.pop()
    return "; ".join(f"{day[:3].capitalize()} {span}" for day, span in hours.items())
