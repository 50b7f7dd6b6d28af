"""Reads of cases. Each starts from what the actor may see."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from reachback.cases import filtering, ledger, views
from reachback.cases.clock import Readings, replay
from reachback.cases.errors import BadFilter, CaseNotFound
from reachback.cases.filters import Term
from reachback.cases.models import Case, Draft, Entry, Resolution
from reachback.cases.rows import COLUMNS, JOINS, CaseRow, row
from reachback.cases.visibility import visible_cases, visible_entries
from reachback.kernel.actors import Actor
from reachback.kernel.tenancy import TenantQuerySet

PAGE = 50
MOST_ENTRIES = 300


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list and the cursor of the next, empty at the end."""

    rows: Sequence[CaseRow]
    after: str


def case_list(
    actor: Actor,
    *,
    view: views.View,
    terms: tuple[Term, ...] = (),
    after: str = "",
    now: datetime,
    limit: int = PAGE,
) -> CasePage:
    """A page of a view, narrowed by typed terms, continued after a cursor (keyset, no OFFSET).

    A typed filter that asks for finished cases or a number looks beyond the view's own status.
    Raises BadFilter for a cursor that is not ours.
    """
    beyond = filtering.says_finished(terms) and view.slug == views.DEFAULT
    found = visible_cases(actor)
    found = found if beyond else found.filter(views.condition(view, actor))
    found = found.filter(filtering.condition(terms, actor=actor, now=now))
    by_change = view.finished or beyond
    if after:
        found = found.filter(_after(after, by_change=by_change))
    order = ("-updated_at", "-id") if by_change else ("priority", "sort_due", "id")
    cases = list(found.select_related(*JOINS).only(*COLUMNS).order_by(*order)[: limit + 1])
    more = len(cases) > limit
    cases = cases[:limit]
    cursor = _cursor(cases[-1], by_change=by_change) if more else ""
    return CasePage([row(case) for case in cases], cursor)


def _cursor(case: Case, *, by_change: bool) -> str:
    place = (
        [case.updated_at.isoformat(), str(case.id)]
        if by_change
        else [case.priority, case.sort_due.isoformat(), str(case.id)]
    )
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _after(cursor: str, *, by_change: bool) -> Q:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if by_change:
            changed, last = datetime.fromisoformat(place[0]), UUID(place[1])
            return Q(updated_at__lt=changed) | Q(updated_at=changed, id__lt=last)
        priority, due, last = int(place[0]), datetime.fromisoformat(place[1]), UUID(place[2])
    except (binascii.Error, ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        raise BadFilter(_("This page of the list is gone; start again."), token="") from error
    return (
        Q(priority__gt=priority)
        | Q(priority=priority, sort_due__gt=due)
        | Q(priority=priority, sort_due=due, id__gt=last)
    )


def view_counts(actor: Actor) -> dict[str, int]:
    """How many open cases each standing view holds, in one query; finished ones are not counted."""
    counted = [view for view in views.VIEWS if not view.finished]
    found: dict[str, int] = (
        visible_cases(actor)
        .filter(is_open=True)
        .aggregate(
            **{view.slug: Count("id", filter=views.condition(view, actor)) for view in counted}
        )
    )
    return found


def case_by_number(actor: Actor, number: int) -> Case:
    """The case with what its page joins. Raises CaseNotFound."""
    found = (
        visible_cases(actor)
        .select_related(*JOINS, "contact", "requester")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise CaseNotFound(_("There is no such case."), number=number)
    return found


def case(actor: Actor, case_id: UUID) -> Case:
    """The case by its id. Raises CaseNotFound."""
    found = visible_cases(actor).select_related(*JOINS).filter(pk=case_id).first()
    if found is None:
        raise CaseNotFound(_("There is no such case."), number=case_id)
    return found


def number_of_open(actor: Actor, case_id: UUID, organisation_id: UUID) -> int | None:
    """The number of an open case of this customer, and nothing more: asked with every Connect.

    None if it is finished or another's; raises CaseNotFound if the actor may not know of it.
    """
    found = visible_cases(actor).filter(pk=case_id)
    columns = found.values_list("number", "organisation_id", "is_open").first()
    if columns is None:
        raise CaseNotFound(_("There is no such case."), number=case_id)
    number, owner, is_open = columns
    return int(number) if is_open and owner == organisation_id else None


def case_row(actor: Actor, case_id: UUID) -> CaseRow:
    """The case as one line of a list. Raises CaseNotFound."""
    return row(case(actor, case_id))


def timeline(actor: Actor, case_id: UUID, *, limit: int = MOST_ENTRIES) -> list[Entry]:
    """The latest entries the actor may read, oldest first."""
    found = visible_entries(actor).filter(case_id=case_id).order_by("-occurred_at", "-id")
    return list(found[:limit])[::-1]


def readings(case: Case, *, now: datetime) -> Readings:
    """The case's clocks, replayed from its log."""
    return replay(ledger.clock_log(case), until=now)


def resolution(actor: Actor, case_id: UUID) -> Resolution | None:
    """The resolution in force."""
    found: TenantQuerySet[Resolution] = Resolution.objects.visible_to(actor)
    return found.filter(case_id=case_id, withdrawn_at=None).first()


def resolutions(actor: Actor, *, since: datetime, until: datetime) -> QuerySet[Resolution]:
    """Resolutions in force recorded in [since, until), with their cases: what reports count."""
    found: QuerySet[Resolution] = Resolution.objects.visible_to(actor)
    if actor.site_ids is not None:
        found = found.filter(Q(case__site_id__in=actor.site_ids) | Q(case__requester_id=actor.id))
    return found.filter(
        withdrawn_at=None, recorded_at__gte=since, recorded_at__lt=until
    ).select_related("case")


def opened_cases(actor: Actor, *, since: datetime, until: datetime) -> QuerySet[Case]:
    """Cases opened in [since, until): what reports count."""
    return visible_cases(actor).filter(opened_at__gte=since, opened_at__lt=until)


def with_clocks(found: QuerySet[Case], *, now: datetime) -> list[tuple[Case, Readings]]:
    """Cases of a queryset that came from here with their clocks: two queries for all of them."""
    logs = ledger.clock_logs(found)
    joined = found.select_related(*JOINS)
    return [(case, replay(logs.get(case.id, []), until=now)) for case in joined]


def entries_of_kind(
    actor: Actor, *, kind: str, since: datetime, until: datetime
) -> QuerySet[Entry]:
    """Entries of a kind that happened in [since, until), with their cases."""
    found = visible_entries(actor).filter(kind=kind, occurred_at__gte=since, occurred_at__lt=until)
    return found.select_related("case")


def others_of_device(actor: Actor, case: Case, *, limit: int = 5) -> list[CaseRow]:
    """The other cases of the same device, the latest first; none without a device."""
    if case.device_id is None:
        return []
    found = visible_cases(actor).filter(device_id=case.device_id).exclude(pk=case.id)
    return [row(each) for each in found.select_related(*JOINS).order_by("-opened_at")[:limit]]


def open_of_device(actor: Actor, device_id: UUID, *, limit: int = 20) -> list[CaseRow]:
    """The open cases of a device, the latest first."""
    found = visible_cases(actor).filter(device_id=device_id, is_open=True)
    return [row(each) for each in found.select_related(*JOINS).order_by("-opened_at")[:limit]]


def drafts(actor: Actor, case_id: UUID) -> dict[str, str]:
    """What the actor has typed on the case and not sent, by kind."""
    found: TenantQuerySet[Draft] = Draft.objects.visible_to(actor)
    return dict(found.filter(case_id=case_id, person_id=actor.id).values_list("kind", "body"))


def search(actor: Actor, words: str, *, limit: int = 20) -> list[CaseRow]:
    """Cases by number, subject, customer, site or device, the latest first."""
    words = " ".join(words.split())[:100]
    if not words:
        return []
    digits = words.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        matches = Q(number=int(digits))
    else:
        matches = (
            Q(subject__icontains=words)
            | Q(organisation__name__icontains=words)
            | Q(site__name__icontains=words)
            | Q(device_name__icontains=words)
        )
    found = visible_cases(actor).filter(matches).select_related(*JOINS)
    return [row(case) for case in found.order_by("-updated_at", "-id")[:limit]]


def recent(actor: Actor, *, limit: int = 8) -> list[CaseRow]:
    """The cases that changed last: for the palette and the customer's home."""
    found = visible_cases(actor).select_related(*JOINS).order_by("-updated_at", "-id")
    return [row(case) for case in found[:limit]]
