"""Skills: who can do what, and how well."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import errors, operations, policy, queries
from reachback.people.models import AgentSkill
from reachback.people.web.answering import attempt, posted, said
from reachback.people.web.contexts import Crumb, FormPage, SkillLine, SkillsPage, Switch
from reachback.people.web.forms import SkillForm
from reachback.ui import pages
from reachback.ui.doors import agents_only


@require_http_methods(["GET", "POST"])
@agents_only
def skills(request: ActorRequest) -> HttpResponse:
    """Each skill with who has it; those who direct name a new one."""
    actor = request.actor
    may_change = policy.may_direct(actor)
    form = SkillForm(posted(request))
    if request.method == "POST":
        owner = queries.provider()
        if owner is None or not may_change:
            raise errors.MayNotManage
        created = (
            attempt(
                form,
                lambda: operations.create_skill(
                    actor=actor, now=clock.now(), organisation_id=owner.id, **form.cleaned_data
                ),
            )
            if form.is_valid()
            else None
        )
        if created is not None:
            said(request, _("%(name)s was added.") % form.cleaned_data)
            return redirect("people:skills")
    held: dict[UUID, list[AgentSkill]] = {}
    for row in queries.held_skills(actor):
        held.setdefault(row.skill_id, []).append(row)
    page = SkillsPage(
        title=_("Skills"),
        lines=[
            SkillLine(skill=skill, held=held.get(skill.id, ()))
            for skill in queries.skills(actor).order_by("-is_active", "name")
        ],
        form=form,
        may_change=may_change,
    )
    return pages.render(request, "people/skills.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@agents_only
def skill(request: ActorRequest, skill_id: UUID) -> HttpResponse:
    """Give a skill another name, or do not offer it any more."""
    found = queries.skill(request.actor, skill_id)
    if not policy.may_direct(request.actor):
        raise errors.MayNotManage
    name = found.name
    form = SkillForm(posted(request), initial={"name": name})
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form,
            lambda: operations.rename_skill(
                actor=request.actor, now=clock.now(), skill_id=found.id, **form.cleaned_data
            ),
        )
        if changed is not None:
            said(request, _("Saved."))
            return redirect("people:skills")
    home = reverse("people:skills")
    page = FormPage(
        title=name,
        crumbs=[Crumb(label=_("Skills"), href=home)],
        lead=_("Who has it keeps it under the new name."),
        form=form,
        submit=_("Save"),
        back_href=home,
        switch=Switch(
            active=found.is_active,
            off_href=reverse("people:skill_off", args=[found.id]),
            on_href=reverse("people:skill_on", args=[found.id]),
            words=_("It is not offered any more. Who has it keeps it."),
        ),
    )
    return pages.render(request, "people/form.html", page, status=400 if form.errors else 200)


@require_POST
@agents_only
def skill_off(request: ActorRequest, skill_id: UUID) -> HttpResponse:
    """Do not offer it any more; can be undone."""
    found = operations.switch_skill(
        actor=request.actor, now=clock.now(), skill_id=skill_id, active=False
    )
    undo = reverse("people:skill_on", args=[found.id])
    said(request, _("%(name)s was switched off.") % {"name": found.name}, undo=undo)
    return redirect("people:skills")


@require_POST
@agents_only
def skill_on(request: ActorRequest, skill_id: UUID) -> HttpResponse:
    """Offer it again."""
    found = operations.switch_skill(
        actor=request.actor, now=clock.now(), skill_id=skill_id, active=True
    )
    said(request, _("%(name)s is switched on again.") % {"name": found.name})
    return redirect("people:skills")
