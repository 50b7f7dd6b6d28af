"""Teams and skills of the provider's agents."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import errors, operations, policy, queries
from reachback.people.models import Team
from reachback.people.web.answering import attempt, posted, said
from reachback.people.web.contexts import Crumb, FormPage, Switch, TeamLine, TeamPage, TeamsPage
from reachback.people.web.forms import MemberForm, TeamForm
from reachback.ui import pages
from reachback.ui.doors import agents_only


@require_http_methods(["GET"])
@agents_only
def teams(request: ActorRequest) -> HttpResponse:
    """Who shares which queue."""
    members: dict[UUID, list[str]] = {}
    for row in queries.memberships(request.actor):
        members.setdefault(row.team_id, []).append(row.user.name)
    page = TeamsPage(
        title=_("Teams"),
        lines=[
            TeamLine(team=team, members=tuple(members.get(team.id, ())))
            for team in queries.every_team(request.actor).order_by("-is_active", "name")
        ],
        may_change=policy.may_direct(request.actor),
    )
    return pages.render(request, "people/teams.html", page)


@require_http_methods(["GET", "POST"])
@agents_only
def new_team(request: ActorRequest) -> HttpResponse:
    """Name a team."""
    owner = queries.provider()
    if owner is None or not policy.may_direct(request.actor):
        raise errors.MayNotManage
    form = TeamForm(posted(request))
    if request.method == "POST" and form.is_valid():
        created = attempt(
            form,
            lambda: operations.create_team(
                actor=request.actor,
                now=clock.now(),
                organisation_id=owner.id,
                **form.cleaned_data,
            ),
        )
        if created is not None:
            said(request, _("%(name)s was added. Next: its members.") % {"name": created.name})
            return redirect("people:team", team_id=created.id)
    home = reverse("people:teams")
    page = FormPage(
        title=_("New team"),
        crumbs=[Crumb(label=_("Teams"), href=home)],
        lead=_("Agents who share a queue. Cases are dispatched to a team, then taken by one."),
        form=form,
        submit=_("Add the team"),
        back_href=home,
    )
    return pages.render(request, "people/form.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@agents_only
def team(request: ActorRequest, team_id: UUID) -> HttpResponse:
    """One team: everybody looks, those who direct change it."""
    found = queries.team(request.actor, team_id)
    form = TeamForm(posted(request), initial={"name": found.name, "about": found.about})
    if request.method == "POST":
        if not policy.may_direct(request.actor):
            raise errors.MayNotManage
        changed = (
            attempt(
                form,
                lambda: operations.change_team(
                    actor=request.actor, now=clock.now(), team_id=found.id, **form.cleaned_data
                ),
            )
            if form.is_valid()
            else None
        )
        if changed is not None:
            said(request, _("Saved."))
            return redirect("people:team", team_id=found.id)
    return _show(request, queries.team(request.actor, team_id), form)


def _show(request: ActorRequest, found: Team, form: TeamForm) -> HttpResponse:
    members = [row.user for row in queries.memberships(request.actor).filter(team=found)]
    inside = {person.id for person in members}
    may_change = policy.may_direct(request.actor)
    outside = [
        (str(agent.id), agent.name)
        for agent in queries.agents(request.actor)
        if agent.id not in inside
    ]
    page = TeamPage(
        title=found.name,
        team=found,
        members=members,
        form=form,
        member_form=MemberForm(people=outside) if may_change and outside else None,
        may_change=may_change,
        switch=Switch(
            active=found.is_active,
            off_href=reverse("people:team_off", args=[found.id]),
            on_href=reverse("people:team_on", args=[found.id]),
            words=_("It is given no new cases. Its cases and members stay as they are."),
        ),
    )
    return pages.render(request, "people/team.html", page, status=400 if form.errors else 200)


@require_POST
@agents_only
def team_add(request: ActorRequest, team_id: UUID) -> HttpResponse:
    """Put an agent into the team."""
    found = queries.team(request.actor, team_id)
    if not policy.may_direct(request.actor):
        raise errors.MayNotManage
    people = [(str(agent.id), agent.name) for agent in queries.agents(request.actor)]
    form = MemberForm(request.POST, people=people)
    if form.is_valid():
        person_id = UUID(form.cleaned_data["person"])
        operations.add_member(
            actor=request.actor, now=clock.now(), team_id=found.id, person_id=person_id
        )
        undo = reverse("people:team_remove", args=[found.id, person_id])
        name = dict(people)[str(person_id)]
        words = _("%(name)s is in %(team)s.") % {"name": name, "team": found.name}
        said(request, words, undo=undo)
    else:
        said(request, _("Choose one of the agents in the list."))
    return redirect("people:team", team_id=found.id)


@require_POST
@agents_only
def team_remove(request: ActorRequest, team_id: UUID, person_id: UUID) -> HttpResponse:
    """Take an agent out of the team; can be undone."""
    found = queries.team(request.actor, team_id)
    operations.remove_member(
        actor=request.actor, now=clock.now(), team_id=found.id, person_id=person_id
    )
    person = queries.person(request.actor, person_id)
    words = _("%(name)s is not in %(team)s any more.") % {"name": person.name, "team": found.name}
    said(request, words, undo=reverse("people:team_rejoin", args=[found.id, person_id]))
    return redirect("people:team", team_id=found.id)


@require_POST
@agents_only
def team_rejoin(request: ActorRequest, team_id: UUID, person_id: UUID) -> HttpResponse:
    """Undo of taking an agent out."""
    operations.add_member(
        actor=request.actor, now=clock.now(), team_id=team_id, person_id=person_id
    )
    said(request, _("Undone."))
    return redirect("people:team", team_id=team_id)


@require_POST
@agents_only
def team_off(request: ActorRequest, team_id: UUID) -> HttpResponse:
    """Give it no new cases; can be undone."""
    found = operations.switch_team(
        actor=request.actor, now=clock.now(), team_id=team_id, active=False
    )
    undo = reverse("people:team_on", args=[found.id])
    said(request, _("%(name)s was switched off.") % {"name": found.name}, undo=undo)
    return redirect("people:teams")


@require_POST
@agents_only
def team_on(request: ActorRequest, team_id: UUID) -> HttpResponse:
    """Offer it again."""
    found = operations.switch_team(
        actor=request.actor, now=clock.now(), team_id=team_id, active=True
    )
    said(request, _("%(name)s is switched on again.") % {"name": found.name})
    return redirect("people:team", team_id=found.id)
