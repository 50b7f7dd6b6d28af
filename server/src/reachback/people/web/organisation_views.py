"""Organisations as agents see them, and as those who direct change them."""

from typing import Final
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import errors, operations, policy, queries, slots
from reachback.people.models import Organisation
from reachback.people.web import lines
from reachback.people.web.answering import attempt, crumbs, posted, said
from reachback.people.web.contexts import (
    ConfirmPage,
    Crumb,
    FormPage,
    OrganisationPage,
    OrganisationsPage,
)
from reachback.people.web.forms import ConfirmForm, FilterForm, OrganisationForm
from reachback.ui import pages
from reachback.ui.doors import agents_only

PAGE: Final = 50
MOST_SHOWN: Final = 12


@require_safe
@agents_only
def organisations(request: ActorRequest) -> HttpResponse:
    """Every organisation the agent may see, narrowed by words (name, site, city) and state."""
    form = FilterForm(request.GET)
    form.is_valid()
    words, state = form.cleaned_data.get("q", ""), form.cleaned_data.get("state", "")
    every = queries.organisations(request.actor)
    found = every.filter(is_active=state != "off")
    if words:
        places = queries.every_site(request.actor).filter(
            Q(name__icontains=words) | Q(city__icontains=words)
        )
        named = Q(name__icontains=words) | Q(id__in=places.values("organisation_id"))
        found = found.filter(named)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = OrganisationsPage(
        title=_("Customers"),
        lines=lines.organisation_lines(request.actor, page.object_list),
        page=page,
        words=words,
        state=state,
        off_count=every.filter(is_active=False).count(),
        may_add=policy.may_add_organisations(request.actor),
    )
    return pages.render(request, "people/organisations.html", context)


@require_safe
@agents_only
def organisation(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: its sites with their local time, contacts, people, others' panels."""
    now = clock.now()
    actor = request.actor
    found = queries.organisation(actor, organisation_id)
    panels = [answer(found.id, actor, now) for answer in slots.organisation_panels.answers()]
    may_see_people = policy.may_see_people(actor, found.id)
    people = list(queries.people(actor, found.id)) if may_see_people else []
    shown = people[:MOST_SHOWN]
    page = OrganisationPage(
        title=found.name,
        organisation=found,
        sites=lines.site_lines(queries.every_site(actor, found.id), now),
        contacts=lines.contact_lines(queries.contacts(actor, found.id)),
        people=lines.member_lines(actor, shown, agents=False),
        people_count=len(people),
        panels=sorted((p for p in panels if p is not None), key=lambda panel: panel.order),
        may_see_people=may_see_people,
        may_manage_people=policy.may_manage_people(actor, found.id),
        may_change=policy.may_direct(actor),
        may_manage_sites=policy.may_manage_sites(actor, found.id),
        may_switch=policy.may_add_organisations(actor) and not found.is_provider,
        now=now,
    )
    return pages.render(request, "people/organisation.html", page)


@require_http_methods(["GET", "POST"])
@agents_only
def new_organisation(request: ActorRequest) -> HttpResponse:
    """Take on a customer or a partner."""
    if not policy.may_add_organisations(request.actor):
        raise errors.MayNotManage
    start = {"zone": request.actor.zone, "language": request.actor.language}
    form = OrganisationForm(posted(request), existing=False, initial=start)
    if request.method == "POST" and form.is_valid():
        created = attempt(
            form,
            lambda: operations.create_organisation(
                actor=request.actor, now=clock.now(), **form.cleaned_data
            ),
        )
        if created is not None:
            said(request, _("%(name)s was added. Next: its sites.") % {"name": created.name})
            return redirect("people:organisation", organisation_id=created.id)
    home = reverse("people:organisations")
    page = FormPage(
        title=_("New customer"),
        crumbs=[Crumb(label=_("Customers"), href=home)],
        lead=_("Sites, contacts and people follow on the customer's own page."),
        form=form,
        submit=_("Add the customer"),
        back_href=home,
    )
    return pages.render(request, "people/form.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@agents_only
def change_organisation(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """Name, zone and language."""
    found = _directed(request, organisation_id)
    start = {name: getattr(found, name) for name in ("name", "zone", "language")}
    form = OrganisationForm(posted(request), existing=True, initial=start)
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form,
            lambda: operations.change_organisation(
                actor=request.actor,
                now=clock.now(),
                organisation_id=found.id,
                **form.cleaned_data,
            ),
        )
        if changed is not None:
            said(request, _("Saved."))
            return redirect("people:organisation", organisation_id=found.id)
    page = FormPage(
        title=_("Edit %(name)s") % {"name": start["name"]},
        crumbs=crumbs(request.actor, queries.organisation(request.actor, found.id)),
        lead="",
        form=form,
        submit=_("Save"),
        back_href=reverse("people:organisation", args=[found.id]),
    )
    return pages.render(request, "people/form.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@agents_only
def switch_off(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """Nobody there can sign in any more: asks for the name first."""
    found = queries.organisation(request.actor, organisation_id)
    if not policy.may_add_organisations(request.actor):
        raise errors.MayNotManage
    if found.is_provider:
        raise errors.OwnOrganisation
    form = ConfirmForm(posted(request), expected=found.name)
    if request.method == "POST" and form.is_valid():
        operations.switch_organisation(
            actor=request.actor, now=clock.now(), organisation_id=found.id, active=False
        )
        undo = reverse("people:organisation_on", args=[found.id])
        said(request, _("%(name)s was switched off.") % {"name": found.name}, undo=undo)
        return redirect("people:organisations")
    page = ConfirmPage(
        title=_("Switch %(name)s off") % {"name": found.name},
        organisation=found,
        people=queries.people(request.actor, found.id).filter(is_active=True).count(),
        form=form,
    )
    status = 400 if form.errors else 200
    return pages.render(request, "people/switch_off.html", page, status=status)


@require_POST
@agents_only
def switch_on(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """Its people can sign in again."""
    found = operations.switch_organisation(
        actor=request.actor, now=clock.now(), organisation_id=organisation_id, active=True
    )
    said(request, _("%(name)s is switched on again.") % {"name": found.name})
    return redirect("people:organisation", organisation_id=found.id)


def _directed(request: ActorRequest, organisation_id: UUID) -> Organisation:
    found = queries.organisation(request.actor, organisation_id)
    if not policy.may_direct(request.actor):
        raise errors.MayNotManage
    return found
