"""One clause: its form, a look at what it would mean while it is written, copying, removing."""

from copy import deepcopy
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.access import operations
from reachback.access.drafting import facts, shapes
from reachback.access.drafting.facts import Surroundings
from reachback.access.drafting.shapes import Value
from reachback.access.errors import DraftMoved
from reachback.access.models import ContractDraft
from reachback.access.operations.keep_draft import Edit
from reachback.access.web import contract
from reachback.access.web.drafting import showing
from reachback.access.web.drafting.clause_form import ClauseForm
from reachback.access.web.drafting.contexts import ClausePage
from reachback.access.web.drafting.views import zones
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_http_methods(["GET", "POST"])
@signed_in
def clause(request: ActorRequest, number: int) -> HttpResponse:
    """Write a clause; a number nobody has yet is a new one. Saved whatever is wrong with it."""
    organisation_id, now = contract.own(request.actor), clock.now()
    row = showing.draft_of(request.actor, organisation_id)
    around = facts.surroundings(request.actor, organisation_id, now)
    if request.method != "POST":
        form = _form(None, row, around, number)
        return pages.render(request, _PAGE, _page(row, around, form, now, number))
    form, conflict = _form(request.POST, row, around, number), ""
    if form.is_valid():
        made = form.made()
        try:
            _save(request.actor, now, organisation_id, made, request.POST.get("mark", ""))
        except DraftMoved as moved:
            conflict = moved.sentence
        else:
            return redirect(f"{reverse('access_portal:draft')}#clause-{number}")
    page = _page(row, around, form, now, number, conflict)
    return pages.render(request, _PAGE, page, status=409 if conflict else 400)


_PAGE = "access/drafting/clause.html"


def _save(actor: Actor, now: datetime, organisation_id: UUID, made: Value, mark: str) -> None:
    number = int(made["number"])
    edit = Edit(
        part=lambda value: shapes.clause(value, number),
        mark=mark,
        make=lambda value: shapes.with_clause(value, made),
    )
    operations.change_draft(actor=actor, now=now, organisation_id=organisation_id, edit=edit)


def _form(
    posted: QueryDict | None, row: ContractDraft, around: Surroundings, number: int
) -> ClauseForm:
    given = shapes.clause(row.value, number)
    if given is None:
        given = shapes.blank_clause(number)
        given["who"]["teams"] = [around.facts.team] if around.facts.team else []
    scripts = [
        (each.digest, f"{each.version.script.name}, {_('version')} {each.version.number}")
        for each in around.readings
        if each.version is not None
    ]
    keys = around.keyset.keys if around.keyset else ()
    approvers = [(each.key, each.name) for each in keys if "approve" in each.roles]
    known = {key for key, _name in approvers}
    others = (given.get("approval") or {}).get("keys", [])
    approvers += [(key, key[:40] + "…") for key in others if key not in known]
    return ClauseForm(posted, clause=given, scripts=scripts, approvers=approvers, zone=around.zone)


def _page(
    row: ContractDraft,
    around: Surroundings,
    form: ClauseForm,
    now: datetime,
    number: int,
    conflict: str = "",
) -> ClausePage:
    given = form.made() if form.is_bound and form.is_valid() else form.clause
    value = shapes.with_clause(row.value, given)
    whole = shapes.sound_contract(value, organisation=str(around.organisation_id), now=around.now)
    kept = shapes.clause(row.value, number)
    return ClausePage(
        title=_("Clause %(n)s") % {"n": number},
        number=number,
        is_new=kept is None,
        form=form,
        mark=shapes.mark(kept),
        teams=around.teams,
        zones=zones(),
        shown=showing.draft_clause(given, whole, around, ()),
        table=showing.asked(showing.only(whole, number), around),
        conflict=conflict,
        crumbs=showing.crumbs((_("Draft"), reverse("access_portal:draft"))),
        now=now,
    )


@require_POST
@signed_in
def preview(request: ActorRequest, number: int) -> HttpResponse:
    """What the clause would mean as it stands in the form; nothing is kept."""
    organisation_id, now = contract.own(request.actor), clock.now()
    row = showing.draft_of(request.actor, organisation_id)
    around = facts.surroundings(request.actor, organisation_id, now)
    page = _page(row, around, _form(request.POST, row, around, number), now, number)
    return pages.render(request, "access/drafting/preview.html", page)


@require_POST
@signed_in
def remove(request: ActorRequest, number: int) -> HttpResponse:
    """Take a clause out; the others keep their numbers."""
    organisation_id = contract.own(request.actor)
    kept = shapes.clause(showing.draft_of(request.actor, organisation_id).value, number)
    edit = Edit(
        part=lambda value: shapes.clause(value, number),
        mark=shapes.mark(kept),
        make=lambda value: shapes.without_clause(value, number),
    )
    operations.change_draft(
        actor=request.actor, now=clock.now(), organisation_id=organisation_id, edit=edit
    )
    return redirect("access_portal:draft")


@require_POST
@signed_in
def copy(request: ActorRequest, number: int) -> HttpResponse:
    """Begin a clause with what another one says."""
    organisation_id = contract.own(request.actor)
    value = showing.draft_of(request.actor, organisation_id).value
    kept = shapes.clause(value, number) or shapes.blank_clause(number)
    fresh = {**deepcopy(kept), "number": shapes.next_number(value)}
    _save(request.actor, clock.now(), organisation_id, fresh, shapes.mark(None))
    return redirect("access_portal:clause", number=fresh["number"])
