"""The log for its readers: provider's auditors and administrators, customers' administrators."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reachback.audit import queries
from reachback.audit.content import clean_text
from reachback.audit.errors import NoSuchLeaf
from reachback.audit.models import AuditRow
from reachback.audit.operations.record import INSTALLATION
from reachback.audit.web import wording
from reachback.audit.web.contexts import EntryPage, LogPage, Place
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages

_LONGEST = 200


@require_GET
@signed_in
def log(request: ActorRequest) -> HttpResponse:
    """Show who did what, when and why, newest first."""
    text = clean_text(request.GET.get("text", "").strip(), _LONGEST)
    action = clean_text(request.GET.get("action", "").strip(), _LONGEST)
    day = request.GET.get("day", "").strip()[:_LONGEST]
    until, problem = _end_of(day)
    wanted = queries.Search(text=text, action=action, until=until)
    page = queries.search(request.actor, wanted, before=_uuid(request.GET.get("before", "")))
    older = ""
    if page.before is not None:
        kept = {"text": text, "action": action, "day": day, "before": str(page.before)}
        older = "?" + urlencode({name: value for name, value in kept.items() if value})
    context = LogPage(
        title=_("Who did what"),
        lines=wording.lines(page.rows),
        now=clock.now(),
        text=text,
        action=action,
        day=day,
        day_problem=problem,
        older=older,
        filtered=bool(text or action or day),
    )
    return pages.render(request, _template(request.actor, "log"), context)


@require_GET
@signed_in
def entry(request: ActorRequest, row_id: UUID) -> HttpResponse:
    """Show one act, everything it said, and the proof of its place in each log."""
    row = queries.row(request.actor, row_id)
    logs = queries.logs_of(request.actor, row)
    names = wording.names_of([row.actor_organisation_id, *logs])
    context = EntryPage(
        title=row.subject_label or row.action,
        line=wording.line(row, names),
        now=clock.now(),
        details=wording.details(row.data),
        places=tuple(_place(request.actor, row, each, names.get(each, "")) for each in logs),
    )
    return pages.render(request, _template(request.actor, "entry"), context)


@require_GET
@signed_in
def proof(request: ActorRequest, row_id: UUID, organisation_id: UUID) -> JsonResponse:
    """Return the proof of one act's place, for a verifier."""
    found = queries.inclusion(request.actor, row_id, organisation_id)
    return JsonResponse(
        {
            "content": found.content.decode(),
            "index": found.index,
            "path": [step.hex() for step in found.path],
            "head": {"body": found.head.statement, "signatures": [found.head.signature]},
        }
    )


@require_GET
@signed_in
def head(request: ActorRequest, organisation_id: UUID) -> JsonResponse:
    """Return a log's newest head and, with `?since=SIZE`, the proof that it grew from that size."""
    newest = queries.newest_head(request.actor, organisation_id)
    if newest is None:
        raise NoSuchLeaf
    since = request.GET.get("since", "")
    path: tuple[bytes, ...] = ()
    if since.isascii() and since.isdigit() and len(since) < 16:
        path = queries.consistency(request.actor, organisation_id, int(since), newest.size)
    return JsonResponse(
        {
            "head": {"body": newest.statement, "signatures": [newest.signature]},
            "consistency": [step.hex() for step in path],
        }
    )


def _template(actor: Actor, page: str) -> str:
    return f"audit/{page}.html" if actor.is_provider else f"audit/{page}_portal.html"


def _place(actor: Actor, row: AuditRow, organisation_id: UUID, name: str) -> Place:
    own = _("The installation's log")
    log = name or (own if organisation_id == INSTALLATION else str(organisation_id))
    try:
        found = queries.inclusion(actor, row.id, organisation_id)
    except NoSuchLeaf:
        return Place(
            log=log,
            sequenced=False,
            holds=False,
            number=0,
            size=0,
            signed_at=None,
            key="",
            proof="",
        )
    return Place(
        log=log,
        sequenced=True,
        holds=found.holds,
        number=found.index + 1,
        size=found.head.size,
        signed_at=found.head.signed_at,
        key=found.signed_by,
        proof=reverse("audit:proof", args=[row.id, organisation_id]),
    )


def _end_of(day: str) -> tuple[datetime | None, str]:
    """Return the end of the day in the viewer's zone, or a sentence that says what is wrong."""
    if not day:
        return None, ""
    try:
        found = parse_date(day)
    except ValueError:
        found = None
    if found is None:
        return None, _("This is not a date: write 2026-11-22.")
    return timezone.make_aware(datetime.combine(found, time())) + timedelta(days=1), ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
