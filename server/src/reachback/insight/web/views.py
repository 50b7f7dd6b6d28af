"""The report's page and its downloads, for agents and for a customer's administrators."""

from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.insight import figures, queries, sheets, wording
from reachback.insight.durations import spread
from reachback.insight.errors import MayNotReport
from reachback.insight.queries import Report
from reachback.insight.web import choices, drawings, tables
from reachback.insight.web.choices import Chosen
from reachback.insight.web.contexts import Figure, PriorityCells, ReportPage
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_safe
@signed_in
def report(request: ActorRequest) -> HttpResponse:
    """Did we save trips? Are we answering in time?"""
    _require_side(request, provider=True)
    return _show(request, "insight/report.html", "insight", "cases:case")


@require_safe
@signed_in
def portal_report(request: ActorRequest) -> HttpResponse:
    """The same about one's own organisation."""
    _require_side(request, provider=False)
    return _show(request, "insight/report_portal.html", "insight_portal", "cases_portal:case")


@require_safe
@signed_in
def download(request: ActorRequest, name: str) -> HttpResponse:
    """One table as CSV."""
    _require_side(request, provider=True)
    return _sheet(request, name)


@require_safe
@signed_in
def portal_download(request: ActorRequest, name: str) -> HttpResponse:
    """One table of one's own organisation as CSV."""
    _require_side(request, provider=False)
    return _sheet(request, name)


def _require_side(request: ActorRequest, *, provider: bool) -> None:
    if request.actor.is_provider is not provider:
        raise MayNotReport


def _sheet(request: ActorRequest, name: str) -> HttpResponse:
    now = clock.now()
    chosen = choices.chosen(request, now)
    found = queries.report(request.actor, chosen.choice, now=now)
    text = sheets.sheet(name, found)
    days = chosen.choice.period.days
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="reachback-{name}-{days}-days.csv"',
            "Cache-Control": "no-store",
        },
    )


def _show(request: ActorRequest, template: str, space: str, case_name: str) -> HttpResponse:
    now = clock.now()
    chosen = choices.chosen(request, now)
    found = queries.report(request.actor, chosen.choice, now=now)
    return pages.render(request, template, _page(chosen, found, space, case_name))


def _page(chosen: Chosen, found: Report, space: str, case_name: str) -> ReportPage:
    period = chosen.choice.period
    answering = figures.answering(found.answers)
    resolving = spread([row.took for row in found.resolved])
    href = partial(_case_href, case_name)

    def csv(name: str) -> str:
        return reverse(f"{space}:download", args=[name]) + chosen.query()

    return ReportPage(
        title=_("Did we save trips?"),
        now=period.until,
        first_day=period.since.astimezone(period.zone).date(),
        last_day=period.until.astimezone(period.zone).date(),
        lengths=chosen.lengths(),
        sample_links=chosen.sample_links(),
        customers=chosen.options(),
        customer=chosen.customer,
        days=period.days,
        samples=chosen.choice.samples,
        has_samples=found.has_samples,
        is_empty=found.is_empty,
        empty_href=reverse("cases:queue" if space == "insight" else "cases_portal:cases"),
        trips_answer=wording.trips(found),
        trips_figures=_trips_figures(found),
        trips_chart=drawings.avoided(found, period),
        answers_answer=wording.answers(answering, resolving),
        answers_figures=_answers_figures(found),
        answers_chart=drawings.answered(found, period),
        priorities=_priorities(found),
        savings=tables.savings(found, href, csv("savings")),
        answers=tables.answers(found, href, csv("answers")),
        resolved=tables.resolved(found, href, csv("resolved")),
        sessions=tables.sessions(found, href, csv("sessions")),
    )


def _case_href(name: str, number: int) -> str:
    return reverse(name, args=[number])


def _trips_figures(found: Report) -> list[Figure]:
    names = {
        "truck_roll": _("truck rolls avoided"),
        "call_back": _("call-backs avoided"),
        "escalation": _("escalations avoided"),
    }
    kinds = [
        Figure(number=str(each.count), words=names[each.alternative], rows="rows-savings")
        for each in figures.avoided(found.savings)
    ]
    money = [
        Figure(number=wording.money(each), words=_("saved"), rows="rows-savings")
        for each in figures.saved(found.savings)
    ]
    sessions = Figure(number=str(len(found.sessions)), words=_("sessions"), rows="rows-sessions")
    return [*kinds, *money, sessions]


def _answers_figures(found: Report) -> list[Figure]:
    answering = figures.answering(found.answers)
    resolving = spread([row.took for row in found.resolved])
    percent = "\u2013" if answering.percent is None else f"{answering.percent}\u202f%"
    late = answering.late + answering.overdue
    return [
        Figure(number=str(answering.opened), words=_("cases opened"), rows="rows-answers"),
        Figure(number=percent, words=_("first answers in time"), rows="rows-answers"),
        Figure(number=str(late), words=_("late or overdue"), rows="rows-answers"),
        Figure(number=str(resolving.count), words=_("cases resolved"), rows="rows-resolved"),
        Figure(
            number=wording.lasting(resolving.median),
            words=_("median to resolve"),
            rows="rows-resolved",
        ),
        Figure(
            number=wording.lasting(resolving.p90),
            words=_("nine in ten within"),
            rows="rows-resolved",
        ),
    ]


def _priorities(found: Report) -> list[PriorityCells]:
    return [
        PriorityCells(
            priority=line.priority,
            in_time=_("%(good)s of %(all)s")
            % {"good": line.answering.in_time, "all": line.answering.judged},
            resolved=line.resolving.count,
            median=wording.lasting(line.resolving.median),
            p90=wording.lasting(line.resolving.p90),
            longest=wording.lasting(line.resolving.longest),
        )
        for line in figures.by_priority(found.answers, found.resolved)
    ]
