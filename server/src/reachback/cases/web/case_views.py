"""The case page, and opening a case by hand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reachback.agreements import queries as agreements
from reachback.cases import operations, policy, queries, slots
from reachback.cases.models import Case, Entry
from reachback.cases.operations import NewCase
from reachback.cases.rows import row
from reachback.cases.statuses import ALTERNATIVE_NAMES, ENTRY_NAMES, PRIORITY_NAMES
from reachback.cases.web.contexts import CasePageContext, Choice, KindLink, NewCasePage
from reachback.cases.web.entries import line, without_told
from reachback.cases.web.forms import AgentCaseForm, EntryForm, ResolveForm
from reachback.cases.web.guards import require_agent
from reachback.cases.web.queue_views import case_href
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import queries as people
from reachback.ui import pages
from reachback.ui.slots import Panel


@require_safe
@signed_in
def case(request: ActorRequest, number: int) -> HttpResponse:
    """The case; a customer who follows an agent's link lands on their own page of it."""
    if not request.actor.is_provider:
        return redirect("cases_portal:case", number=number)
    return show(request, queries.case_by_number(request.actor, number))


def show(
    request: ActorRequest,
    found: Case,
    *,
    composer: EntryForm | None = None,
    resolve_form: ResolveForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The case page, with a form that came back if one did."""
    require_agent(request)
    actor, now = request.actor, clock.now()
    view = case_view(found)
    entries = queries.timeline(actor, found.id)
    kind = request.GET.get("kind", "")
    shown = [entry for entry in without_told(entries) if kind in {"", entry.kind}]
    kept = None if found.is_open else queries.resolution(actor, found.id)
    resolving = resolve_form is not None or "resolve" in request.GET
    context = CasePageContext(
        title=f"#{found.number} {found.subject}",
        row=row(found),
        why=found.priority_why,
        suggested_why=found.suggested_why,
        entries=[line(entry, case_href=case_href) for entry in shown],
        kinds=_kinds(found.number, entries, kind),
        readings=queries.readings(found, now=now),
        proposal=(found.proposal or {}).get("sentence", ""),
        resolution=kept,
        avoided=ALTERNATIVE_NAMES[kept.alternative] if kept else "",
        panels=_panels(view, actor, now),
        actions=_actions(view, actor, now),
        teams=[
            Choice(value=str(team.id), name=team.name, here=team.id == found.team_id)
            for team in people.teams(actor)
        ],
        agents=[
            Choice(value=str(agent.id), name=agent.name, here=agent.id == found.assignee_id)
            for agent in people.agents(actor)
        ],
        priorities=[
            Choice(value=str(level), name=str(name), here=level == found.priority)
            for level, name in PRIORITY_NAMES.items()
        ],
        composer=composer or _composer(actor, found.id),
        resolve_form=resolve_form or ResolveForm(),
        resolving=resolving and found.is_open,
        may_work=policy.may_work(actor, found),
        is_mine=found.assignee_id == actor.id,
        contact=_contact(found),
        site_there=f"{now.astimezone(ZoneInfo(found.site.zone)):%a %H:%M}" if found.site else "",
        site_zone=found.site.zone if found.site else "",
        previous=queries.others_of_device(actor, found),
        entitlement=agreements.sentence_for(
            organisation_id=found.organisation_id, site_id=found.site_id, now=now
        ),
        now=now,
    )
    return pages.render(request, "cases/case.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: ActorRequest) -> HttpResponse:
    """Open a case for a customer who phoned, wrote or came by."""
    require_agent(request)
    form = AgentCaseForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        site = people.site(request.actor, UUID(values["site"])) if values["site"] else None
        organisation_id = UUID(values["customer"])
        if site is not None and site.organisation_id != organisation_id:
            form.add_error("site", _("This site belongs to another customer."))
        else:
            opened = operations.open_case(
                actor=request.actor,
                now=clock.now(),
                case=NewCase(
                    organisation_id=organisation_id,
                    site_id=site.id if site else None,
                    subject=values["subject"],
                    body=values["body"],
                    channel=values["channel"],
                    priority=values["priority"],
                ),
            )
            return redirect("cases:case", number=opened.number)
    page = NewCasePage(title=_("New case"), form=form)
    return pages.render(request, "cases/new.html", page, status=400 if form.is_bound else 200)


def case_view(found: Case) -> slots.CaseView:
    """What rooms above may know of the case."""
    return slots.CaseView(
        **{name: getattr(found, name) for name in slots.CaseView.__dataclass_fields__}
    )


def _panels(view: slots.CaseView, actor: Actor, now: datetime) -> list[Panel]:
    found = [answer(view, actor, now) for answer in slots.case_panels.answers()]
    return sorted((panel for panel in found if panel is not None), key=lambda each: each.order)


def _actions(view: slots.CaseView, actor: Actor, now: datetime) -> list[slots.Action]:
    found = [answer(view, actor, now) for answer in slots.case_actions.answers()]
    return [action for action in found if action is not None]


def _kinds(number: int, entries: Sequence[Entry], kind: str) -> list[KindLink]:
    path = reverse("cases:case", args=[number])
    present = {entry.kind for entry in entries}
    links = [KindLink(name=_("Everything"), href=path, here=not kind)]
    links += [
        KindLink(name=name, href=f"{path}?kind={value}", here=kind == value)
        for value, name in ENTRY_NAMES.items()
        if value in present
    ]
    return links


def _composer(actor: Actor, case_id: UUID) -> EntryForm:
    drafts = queries.drafts(actor, case_id)
    kind = next(iter(drafts), "message")
    return EntryForm(initial={"kind": kind, "body": drafts.get(kind, "")})


def _contact(found: Case) -> str:
    if found.contact is not None:
        return str(found.contact.name)
    return found.requester.name if found.requester is not None else ""
