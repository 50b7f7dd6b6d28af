"""Every button of the queue and the case page: one view per operation."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reachback.cases import operations, queries
from reachback.cases.errors import BadEntry
from reachback.cases.models import Case
from reachback.cases.operations import NewEntry, NewResolution
from reachback.cases.web.case_views import show
from reachback.cases.web.contexts import ChangedRowPage
from reachback.cases.web.forms import EntryForm, ResolveForm
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_POST
@signed_in
def add_entry(request: ActorRequest, number: int) -> HttpResponse:
    """Send what is in the composer."""
    found = queries.case_by_number(request.actor, number)
    form = EntryForm(request.POST)
    if not form.is_valid():
        return show(request, found, composer=form, status=400)
    values = form.cleaned_data
    entry_id = operations.add_entry(
        actor=request.actor,
        now=clock.now(),
        case_id=found.id,
        entry=NewEntry(kind=values["kind"], body=values["body"], wait=values["wait"]),
    )
    return redirect(f"{reverse('cases:case', args=[number])}#entry-{entry_id}")


@require_POST
@signed_in
def save_draft(request: ActorRequest, number: int) -> HttpResponse:
    """Keep what is in the composer, every few seconds."""
    found = queries.case_by_number(request.actor, number)
    operations.save_draft(
        actor=request.actor,
        now=clock.now(),
        case_id=found.id,
        kind=request.POST.get("kind", "message"),
        body=request.POST.get("body", ""),
    )
    return HttpResponse(status=204)


@require_POST
@signed_in
def dispatch(request: ActorRequest, number: int) -> HttpResponse:
    """Give the case to the team on the button; one key, and one to undo."""
    found = queries.case_by_number(request.actor, number)
    team_id = _id(request.POST.get("team", "")) or found.suggested_team_id
    if team_id is None:
        raise BadEntry(_("Which team?"), field="team")
    suggested = team_id == found.suggested_team_id
    entry = operations.dispatch(
        actor=request.actor,
        now=clock.now(),
        case_id=found.id,
        team_id=team_id,
        why=found.suggested_why if suggested else "",
    )
    fresh = queries.case(request.actor, found.id)
    team = fresh.team.name if fresh.team else ""
    said = _("#%(number)s is with %(team)s.") % {"number": number, "team": team}
    return _changed(request, fresh, said, entry)


@require_POST
@signed_in
def assign(request: ActorRequest, number: int) -> HttpResponse:
    """Give the case to an agent, to oneself ("me"), or to nobody (empty)."""
    found = queries.case_by_number(request.actor, number)
    wanted = request.POST.get("assignee", "")
    assignee_id = request.actor.id if wanted == "me" else _id(wanted)
    entry = operations.assign(
        actor=request.actor, now=clock.now(), case_id=found.id, assignee_id=assignee_id
    )
    fresh = queries.case(request.actor, found.id)
    if fresh.assignee is None:
        said = _("#%(number)s is with nobody.") % {"number": number}
    elif fresh.assignee_id == request.actor.id:
        said = _("#%(number)s is yours.") % {"number": number}
    else:
        said = _("#%(number)s is with %(name)s.") % {
            "number": number,
            "name": fresh.assignee.name,
        }
    return _changed(request, fresh, said, entry)


@require_POST
@signed_in
def set_priority(request: ActorRequest, number: int) -> HttpResponse:
    """Change the priority."""
    found = queries.case_by_number(request.actor, number)
    wanted = request.POST.get("priority", "")
    level = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else 0
    entry = operations.set_priority(
        actor=request.actor, now=clock.now(), case_id=found.id, priority=level
    )
    fresh = queries.case(request.actor, found.id)
    return _changed(request, fresh, _("The priority is %(level)s.") % {"level": level}, entry)


@require_POST
@signed_in
def set_waiting(request: ActorRequest, number: int) -> HttpResponse:
    """Wait for the customer, or go on."""
    found = queries.case_by_number(request.actor, number)
    operations.set_waiting(
        actor=request.actor,
        now=clock.now(),
        case_id=found.id,
        waiting=request.POST.get("waiting") == "yes",
        reason=request.POST.get("reason", ""),
    )
    return redirect("cases:case", number=number)


@require_POST
@signed_in
def resolve(request: ActorRequest, number: int) -> HttpResponse:
    """Resolve the case, then go on: to the next case of the queue, or stay."""
    found = queries.case_by_number(request.actor, number)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return show(request, found, resolve_form=form, status=400)
    values = form.cleaned_data
    cost: Decimal | None = values["alternative_cost"]
    given = NewResolution(
        cause=values["cause"],
        action=values["action"],
        alternative=values["alternative"],
        alternative_cost=cost,
        currency=values["currency"],
        cost_source=values["cost_source"],
    )
    try:
        entry = operations.resolve(
            actor=request.actor, now=clock.now(), case_id=found.id, resolution=given
        )
    except BadEntry as error:
        form.add_error(str(error.data["field"]), error.sentence)
        return show(request, found, resolve_form=form, status=400)
    said = _("#%(number)s is resolved.") % {"number": number}
    messages.success(request, said, extra_tags=_undo_url(number, entry))
    if request.POST.get("next") == "queue":
        return redirect("cases:queue")
    return redirect("cases:case", number=number)


@require_POST
@signed_in
def close(request: ActorRequest, number: int) -> HttpResponse:
    """Close the resolved case for good."""
    return _simple(request, number, operations.close)


@require_POST
@signed_in
def reopen(request: ActorRequest, number: int) -> HttpResponse:
    """Open the case again."""
    return _simple(request, number, operations.reopen)


@require_POST
@signed_in
def undo(request: ActorRequest, number: int, entry_id: UUID) -> HttpResponse:
    """Put back what one just did."""
    found = queries.case_by_number(request.actor, number)
    operations.undo(actor=request.actor, now=clock.now(), case_id=found.id, entry_id=entry_id)
    messages.success(request, _("Undone."))
    back = request.headers.get("Referer", "")
    if back.endswith(reverse("cases:queue")) or "/queue/" in back:
        return redirect("cases:queue")
    return redirect("cases:case", number=number)


def _simple(request: ActorRequest, number: int, operation: Callable[..., UUID]) -> HttpResponse:
    found = queries.case_by_number(request.actor, number)
    operation(actor=request.actor, now=clock.now(), case_id=found.id)
    return redirect("cases:case", number=number)


def _changed(request: ActorRequest, case: Case, said: str, entry: UUID | None) -> HttpResponse:
    """The fresh row with a toast for the list's script; the case page for everybody else."""
    undo_url = _undo_url(case.number, entry) if entry else ""
    if request.headers.get("HX-Request") != "true":
        messages.success(request, said, extra_tags=undo_url)
        return redirect("cases:case", number=case.number)
    row = queries.case_row(request.actor, case.id)
    page = ChangedRowPage(title=said, row=row, said=said, undo_url=undo_url, now=clock.now())
    return pages.render(request, "cases/parts/changed_row.html", page)


def _undo_url(number: int, entry: UUID) -> str:
    return reverse("cases:undo", args=[number, entry])


def _id(value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError as error:
        raise BadEntry(_("There is no such choice."), field="id") from error
