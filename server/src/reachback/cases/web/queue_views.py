"""The queue and its preview."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.cases import filters, queries, views
from reachback.cases.errors import BadFilter
from reachback.cases.rows import CaseRow, row
from reachback.cases.web.contexts import Chip, Preview, PreviewPage, QueuePage, ViewLink
from reachback.cases.web.entries import line, without_told
from reachback.cases.web.guards import require_agent
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages

_PREVIEWED = 6


@require_safe
@signed_in
def queue(request: ActorRequest, slug: str = views.DEFAULT) -> HttpResponse:
    """A standing view, narrowed by what was typed."""
    require_agent(request)
    view = views.BY_SLUG.get(slug)
    if view is None:
        raise Http404
    actor, now = request.actor, clock.now()
    typed = request.GET.get("q", "").strip()
    terms, error = _terms(typed)
    page = queries.case_list(
        actor, view=view, terms=terms, after=request.GET.get("after", ""), now=now
    )
    here = view_href(view)
    context = QueuePage(
        title=str(view.name),
        about=view.about,
        views=_links(actor, view),
        typed=typed,
        filter_error=error,
        chips=_chips(here, terms),
        rows=page.rows,
        next_href=_href(here, q=typed, after=page.after) if page.after else "",
        live_view=views.live_names(view, actor),
        empty_title=_("Nothing fits this filter") if terms else _("Nothing to do here"),
        empty_text=(
            _("Take a part of the filter away to see more.")
            if terms
            else _("Cases appear here by themselves when a check fails or a customer writes.")
        ),
        preview=_first(actor, page.rows),
        now=now,
    )
    return pages.render(request, "cases/queue.html", context, status=400 if error else 200)


@require_safe
@signed_in
def preview(request: ActorRequest, number: int) -> HttpResponse:
    """The selected case, for the place beside the list."""
    require_agent(request)
    now = clock.now()
    found = row(queries.case_by_number(request.actor, number))
    context = PreviewPage(title=found.subject, preview=preview_of(request.actor, found), now=now)
    return pages.render(request, "cases/parts/preview.html", context)


def preview_of(actor: Actor, case: CaseRow) -> Preview:
    """The case's last entries and why it has its priority."""
    entries = queries.timeline(actor, case.id, limit=_PREVIEWED)
    return Preview(
        row=case, entries=[line(entry, case_href=case_href) for entry in without_told(entries)]
    )


def _first(actor: Actor, rows: Sequence[CaseRow]) -> Preview | None:
    """The first row's preview stands beside the list until another is selected."""
    return preview_of(actor, rows[0]) if rows else None


def case_href(number: int) -> str:
    """Where an agent reads the case."""
    return reverse("cases:case", args=[number])


def view_href(view: views.View) -> str:
    """Where the view is."""
    if view.slug == views.DEFAULT:
        return reverse("cases:queue")
    return reverse("cases:view", args=[view.slug])


def _terms(typed: str) -> tuple[tuple[filters.Term, ...], str]:
    try:
        return filters.parse(typed), ""
    except BadFilter as error:
        return (), error.sentence


def _links(actor: Actor, here: views.View) -> list[ViewLink]:
    counts = queries.view_counts(actor)
    return [
        ViewLink(
            name=view.name,
            icon=view.icon,
            href=view_href(view),
            here=view is here,
            count=counts.get(view.slug),
            tone=view.tone,
        )
        for view in views.VIEWS
    ]


def _chips(here: str, terms: tuple[filters.Term, ...]) -> list[Chip]:
    return [
        Chip(text=term.text(), href=_href(here, q=filters.without(terms, place)))
        for place, term in enumerate(terms)
    ]


def _href(path: str, **asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
