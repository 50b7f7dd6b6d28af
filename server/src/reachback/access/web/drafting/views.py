"""Writing the contract: where to begin, the letter, its clauses and terms. No scripts."""

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.access import operations, rounds
from reachback.access.drafting import exchange, facts, shapes, templates
from reachback.access.errors import DraftFaulty, DraftMoved, NoDraft, RoundOpen
from reachback.access.operations.keep_draft import Edit
from reachback.access.web import contract
from reachback.access.web.drafting import showing
from reachback.access.web.drafting.contexts import BeginPage, TermsPage
from reachback.access.web.drafting.terms_form import TermsForm
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages
from reachback_wire.refusals import Refusal

_LARGEST = 512 * 1024


@require_safe
@signed_in
def draft(request: ActorRequest) -> HttpResponse:
    """The draft; where there is none, where to begin."""
    organisation_id = contract.own(request.actor)
    try:
        page = showing.editor(request.actor, organisation_id, clock.now())
    except NoDraft:
        return _begin_page(request)
    return pages.render(request, "access/drafting/editor.html", page)


def _begin_page(request: ActorRequest, error: str = "", text: str = "") -> HttpResponse:
    organisation_id, now = contract.own(request.actor), clock.now()
    around = facts.surroundings(request.actor, organisation_id, now)
    page = BeginPage(
        title=_("Write a contract"),
        templates=templates.TEMPLATES,
        running=around.running,
        keyset=around.keyset_row,
        rounds=rounds.open_rounds(request.actor, organisation_id),
        error=error,
        text=text,
        crumbs=showing.crumbs(),
        now=now,
    )
    return pages.render(request, "access/drafting/begin.html", page, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def begin(request: ActorRequest) -> HttpResponse:
    """Begin from a template, from the contract in force, from a file, or with nothing."""
    organisation_id, now = contract.own(request.actor), clock.now()
    if request.method != "POST":
        return _begin_page(request)
    around = facts.surroundings(request.actor, organisation_id, now)
    source = request.POST.get("source", "")
    based_on = around.running.digest if around.running else ""
    if source == "running" and around.contract is not None:
        value = shapes.of_contract(around.contract)
    elif source == "file":
        upload = request.FILES.get("file")
        raw = upload.read(_LARGEST).decode("utf-8", "replace") if upload else ""
        text = raw or request.POST.get("document", "")[:_LARGEST]
        try:
            value = shapes.of_contract(exchange.from_text(text, issued=around.now))
        except Refusal as refusal:
            return _begin_page(request, refusal.sentence, text)
    else:
        value = templates.begin(templates.named(source), around.facts)
    operations.begin_draft(
        actor=request.actor,
        now=now,
        organisation_id=organisation_id,
        value=value,
        based_on=based_on,
        template=source[:40],
    )
    return redirect("access_portal:draft")


@require_http_methods(["GET", "POST"])
@signed_in
def terms(request: ActorRequest) -> HttpResponse:
    """Title, devices, dates, recording and telling."""
    organisation_id, now = contract.own(request.actor), clock.now()
    row = showing.draft_of(request.actor, organisation_id)
    around = facts.surroundings(request.actor, organisation_id, now)
    posted = request.POST if request.method == "POST" else None
    names = [(key, name) for key, name in around.devices.items()]
    form = TermsForm(posted, value=row.value, tags=around.tags, devices=names, zone=around.zone)
    mark, conflict = shapes.mark(_frame(row.value)), ""
    if posted is not None and form.is_valid():
        made = form.made()
        edit = Edit(
            part=_frame,
            mark=posted.get("mark", ""),
            make=lambda value: {**made, "clauses": shapes.clauses(value)},
        )
        try:
            operations.change_draft(
                actor=request.actor, now=now, organisation_id=organisation_id, edit=edit
            )
        except DraftMoved as moved:
            conflict = moved.sentence
        else:
            return redirect("access_portal:draft")
    page = TermsPage(
        title=_("What holds for all clauses"),
        form=form,
        mark=mark,
        conflict=conflict,
        remarks=(),
        crumbs=showing.crumbs((_("Draft"), reverse("access_portal:draft"))),
        now=now,
    )
    status = 409 if conflict else (400 if form.errors else 200)
    return pages.render(request, "access/drafting/terms.html", page, status=status)


def _frame(value: shapes.Value) -> object:
    return {name: each for name, each in value.items() if name != "clauses"}


@require_POST
@signed_in
def discard(request: ActorRequest) -> HttpResponse:
    """Throw the draft away."""
    operations.discard_draft(
        actor=request.actor, now=clock.now(), organisation_id=contract.own(request.actor)
    )
    messages.success(request, _("The draft is gone. What is in force did not change."))
    return redirect("access_portal:contract")


@require_safe
@signed_in
def form_file(request: ActorRequest) -> HttpResponse:
    """The draft as the TOML form of the customer's own tool."""
    organisation_id = contract.own(request.actor)
    row = showing.draft_of(request.actor, organisation_id)
    around = facts.surroundings(request.actor, organisation_id, clock.now())
    text = exchange.to_toml(
        row.value,
        organisation=str(organisation_id),
        keyset=around.keyset.serial if around.keyset else 1,
        serial=around.next_serial,
    )
    answer = HttpResponse(text, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="contract.toml"'
    return answer


@require_POST
@signed_in
def prepare(request: ActorRequest) -> HttpResponse:
    """Settle the text: from now on it is signed, not written."""
    try:
        row = operations.prepare_contract(
            actor=request.actor, now=clock.now(), organisation_id=contract.own(request.actor)
        )
    except (DraftFaulty, RoundOpen) as refused:
        messages.error(request, refused.sentence)
        return redirect("access_portal:draft")
    return redirect("access_portal:signing", round_id=row.id)


def zones() -> list[str]:
    """The zones a window may be written in."""
    return sorted(available_timezones())
