"""The library of recordings. Whoever looks for something is written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.access import operations, policy
from reachback.access.errors import BadSearch, MayNotSearchRecords, RecordsKeyMissing
from reachback.access.searching import filters, finding
from reachback.access.searching.filters import Term
from reachback.access.searching.finding import Found, Mark, Page
from reachback.access.web.recordings import layout
from reachback.access.web.records.contexts import Chip, LibraryPage, Line, Row
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_safe
@signed_in
def library(request: ActorRequest) -> HttpResponse:
    """What was recorded, narrowed by what was typed."""
    actor, now = request.actor, clock.now()
    if not policy.may_search_records(actor):
        raise MayNotSearchRecords
    here = request.path
    typed = request.GET.get("q", "").strip()
    before = _before(request.GET.get("before", ""))
    terms, page, error = _found(actor, typed, before)
    if terms and not error:
        operations.note_search(
            actor=actor,
            now=now,
            searched=typed,
            found=len(page.found),
            organisation_ids={each.session.organisation_id for each in page.found},
        )
    context = LibraryPage(
        title=_("Recordings"),
        typed=typed,
        error=error,
        chips=_chips(here, terms),
        rows=[_row(each) for each in page.found],
        older_href=_href(here, q=typed, before=_older(page.older)) if page.older else "",
        here=here,
        examples=_examples(here, actor, now),
        layout=layout(actor),
        now=now,
    )
    return pages.render(request, "access/records.html", context, status=400 if error else 200)


def _found(actor: Actor, typed: str, before: Mark | None) -> tuple[tuple[Term, ...], Page, str]:
    """The terms, what fits them, and what is wrong with them or with the key."""
    try:
        terms = filters.parse(typed)
        return terms, finding.find(actor, terms, before=before), ""
    except (BadSearch, RecordsKeyMissing) as problem:
        return (), Page([], None), problem.sentence


def _before(text: str) -> Mark | None:
    """Read a page's mark, `INSTANT|ID`; None when it is none."""
    instant, _bar, session_id = text.partition("|")
    try:
        found = parse_datetime(instant)
        return None if found is None or found.tzinfo is None else (found, UUID(session_id))
    except ValueError:
        return None


def _older(mark: Mark) -> str:
    return f"{mark[0].isoformat()}|{mark[1]}"


def _row(found: Found) -> Row:
    href = reverse("access:replay", args=[found.session.id])
    began = found.session.started_at or found.session.asked_at
    lines = [
        Line(
            text=each.text,
            href=_href(href, shell=each.shell, at=str(each.at_ms)),
            at=began + timedelta(milliseconds=each.at_ms),
        )
        for each in found.lines
    ]
    return Row(session=found.session, href=lines[0].href if lines else href, lines=lines)


def _chips(here: str, terms: Sequence[Term]) -> list[Chip]:
    return [
        Chip(text=term.text(), href=_href(here, q=filters.without(tuple(terms), place)))
        for place, term in enumerate(terms)
    ]


def _examples(here: str, actor: Actor, now: datetime) -> list[Chip]:
    since = f"since:{now - timedelta(days=7):%Y-%m-%d}"
    wanted = ["systemctl restart", f"{since} sudo", 'device:frontdesk "rm -r"']
    if actor.is_provider:
        wanted.append(f"who:{actor.name.split()[0].lower()} {since}")
    return [Chip(text=each, href=_href(here, q=each)) for each in wanted]


def _href(path: str, **asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
