"""Reads of agreements."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from reachback.agreements.models import Entitlement, KeptTerms, ServiceLevel
from reachback.agreements.terms import Targets, Terms, best_effort, read
from reachback.calendars import documents
from reachback.calendars.documents import CalendarDocument
from reachback.kernel import tenancy


@dataclass(frozen=True, kw_only=True)
class Entitled:
    """What an organisation or site may count on at an instant."""

    terms: Terms
    channels: tuple[str, ...]
    ends: datetime | None
    remote_team_id: UUID | None
    found: bool  # False: nothing was agreed, `terms` are best effort


def entitlement_for(*, organisation_id: UUID, site_id: UUID | None, now: datetime) -> Entitled:
    """The entitlement in force; a site's own wins, then the one that started last."""
    with tenancy.every_organisation(reason="service levels are applied by the system"):
        row = (
            Entitlement.objects.filter(Q(site=None) | Q(site_id=site_id))
            .filter(Q(ends=None) | Q(ends__gt=now))
            .filter(organisation_id=organisation_id, starts__lte=now)
            .select_related("service_level__calendar")
            .order_by(F("site").asc(nulls_last=True), "-starts")
            .first()
        )
        if row is None:
            return Entitled(
                terms=best_effort(), channels=(), ends=None, remote_team_id=None, found=False
            )
        return Entitled(
            terms=terms_of(row.service_level),
            channels=tuple(row.channels),
            ends=row.ends,
            remote_team_id=row.service_level.remote_team_id,
            found=True,
        )


def terms_of(level: ServiceLevel) -> Terms:
    """The service level's terms as they stand today."""
    row = level.calendar
    document = CalendarDocument(
        zone=row.zone,
        week=row.week,
        country=row.country,
        subdivision=row.subdivision,
        closed=row.closed,
    )
    return Terms(
        name=level.name,
        calendar_name=row.name,
        calendar=documents.read(document),
        targets={
            each.priority: Targets(
                first_response=_duration(each.first_response),
                next_response=_duration(each.next_response),
                resolve=_duration(each.resolve),
            )
            for each in level.targets.all()
        },
        checks=tuple((pattern, priority) for pattern, priority in level.checks),
    )


def kept_terms(terms_id: UUID) -> Terms:
    """The terms a case was opened under."""
    return read(KeptTerms.objects.get(pk=terms_id).document)


def sentence_for(*, organisation_id: UUID, site_id: UUID | None, now: datetime) -> str:
    """The entitlement in one sentence for people ("Gold, round the clock, until 2027-01-01.")."""
    entitled = entitlement_for(organisation_id=organisation_id, site_id=site_id, now=now)
    if not entitled.found:
        return _("No entitlement: best effort.")
    words = {"level": entitled.terms.name, "hours": entitled.terms.calendar_name}
    if entitled.ends is None:
        return _("%(level)s, %(hours)s.") % words
    words["ends"] = f"{entitled.ends:%Y-%m-%d}"
    return _("%(level)s, %(hours)s, until %(ends)s.") % words


def _duration(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
