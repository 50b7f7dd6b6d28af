"""The people of an organisation, for those who manage them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import errors, operations, policy, queries
from reachback.people.models import Organisation, User
from reachback.people.web import lines, people_forms
from reachback.people.web.answering import home_of, posted, refused, said
from reachback.people.web.contexts import MemberPage, MembersPage
from reachback.people.web.forms import HeldSkillForm, NewPersonForm, PersonForm, TeamsForm
from reachback.people.web.inviting import created, invite
from reachback.ui import pages


@require_http_methods(["GET", "POST"])
@signed_in
def members(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """List the people of an organisation; its administrators add somebody."""
    owner = queries.organisation(request.actor, organisation_id)
    if not policy.may_see_people(request.actor, owner.id):
        raise errors.MayNotManage
    form = NewPersonForm(posted(request), provider=owner.is_provider)
    if request.method == "POST" and form.is_valid() and created(request, owner, form):
        return redirect("people:members", organisation_id=owner.id)
    page = MembersPage(
        title=_("People of %(name)s") % {"name": owner.name},
        organisation=owner,
        members=lines.member_lines(
            request.actor,
            queries.people(request.actor, owner.id).order_by("-is_active", "name"),
            agents=owner.is_provider,
        ),
        form=form,
        may_manage=policy.may_manage_people(request.actor, owner.id),
        may_open=policy.may_manage_people(request.actor, owner.id)
        or (owner.is_provider and policy.may_direct(request.actor)),
    )
    return pages.render(request, "people/members.html", page, status=400 if form.errors else 200)


def managed(request: ActorRequest, person_id: UUID) -> User:
    """The person, if the actor manages them. Raises NoSuchPerson, MayNotManage."""
    person = queries.person(request.actor, person_id)
    if not policy.may_manage_people(request.actor, person.organisation_id):
        raise errors.MayNotManage
    return person


def _directed(request: ActorRequest, person_id: UUID) -> User:
    """An agent whose teams and skills the actor sets."""
    person = queries.person(request.actor, person_id)
    if not (policy.may_direct(request.actor) and person.organisation.is_provider):
        raise errors.MayNotManage
    return person


@require_http_methods(["GET", "POST"])
@signed_in
def member(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One person: name, roles and reach; an agent's teams and skills; whether they may sign in."""
    person = queries.person(request.actor, person_id)
    if not policy.may_manage_people(request.actor, person.organisation_id):
        _directed(request, person_id)
        if request.method == "POST":
            raise errors.MayNotManage
        return show(request, person, None)
    form = people_forms.person_form(request, person)
    if request.method == "POST" and form.is_valid() and people_forms.save(request, person, form):
        said(request, _("Saved."))
        return redirect("people:member", person_id=person.id)
    return show(request, queries.person(request.actor, person_id), form)


def show(
    request: ActorRequest,
    person: User,
    form: PersonForm | None,
    *,
    skill_form: HeldSkillForm | None = None,
) -> HttpResponse:
    """The page, with what was typed."""
    owner: Organisation = person.organisation
    agent = owner.is_provider and policy.may_direct(request.actor)
    page = MemberPage(
        title=person.name,
        person=person,
        organisation=owner,
        back_href=_list_of(request, owner),
        form=form,
        is_you=person.id == request.actor.id,
        now=clock.now(),
        teams_form=people_forms.teams_form(request, person, fresh=True) if agent else None,
        held=list(queries.held_skills(request.actor).filter(user=person)) if agent else (),
        skill_form=(skill_form or HeldSkillForm()) if agent else None,
        skill_names=[each.name for each in queries.skills(request.actor).filter(is_active=True)]
        if agent
        else (),
    )
    wrong = (form is not None and form.errors) or (skill_form is not None and skill_form.errors)
    return pages.render(request, "people/member.html", page, status=400 if wrong else 200)


def _list_of(request: ActorRequest, owner: Organisation) -> str:
    if request.actor.is_provider:
        return reverse("people:members", args=[owner.id])
    return home_of(request.actor, owner)


@require_POST
@signed_in
def set_teams(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Put an agent into exactly the ticked teams."""
    person = _directed(request, person_id)
    form: TeamsForm = people_forms.teams_form(request, person)
    if form.is_valid():
        operations.set_teams(
            actor=request.actor,
            now=clock.now(),
            person_id=person.id,
            team_ids=[UUID(each) for each in form.cleaned_data["teams"]],
        )
        said(request, _("Saved."))
    return redirect("people:member", person_id=person.id)


@require_POST
@signed_in
def set_skill(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Say how good an agent is at something; a new word is a new skill."""
    person = _directed(request, person_id)
    form = HeldSkillForm(request.POST)
    if not form.is_valid():
        kept = queries.person(request.actor, person_id)
        may = policy.may_manage_people(request.actor, person.organisation_id)
        shown = people_forms.person_form(request, kept, fresh=True) if may else None
        return show(request, kept, shown, skill_form=form)
    operations.set_skill(
        actor=request.actor,
        now=clock.now(),
        person_id=person.id,
        skill=form.cleaned_data["skill"],
        level=int(form.cleaned_data["level"]),
    )
    said(request, _("Saved."))
    return redirect("people:member", person_id=person.id)


@require_POST
@signed_in
def drop_skill(request: ActorRequest, person_id: UUID, skill_id: UUID) -> HttpResponse:
    """Take a skill from an agent; can be undone."""
    person = _directed(request, person_id)
    skill = queries.skill(request.actor, skill_id)
    level = operations.drop_skill(
        actor=request.actor, now=clock.now(), person_id=person.id, skill_id=skill.id
    )
    undo = reverse("people:skill_return", args=[person.id, skill.id, level]) if level else ""
    words = _("%(skill)s was taken from %(name)s.") % {"skill": skill.name, "name": person.name}
    said(request, words, undo=undo)
    return redirect("people:member", person_id=person.id)


@require_POST
@signed_in
def return_skill(
    request: ActorRequest, person_id: UUID, skill_id: UUID, level: int
) -> HttpResponse:
    """Undo of taking it."""
    person = _directed(request, person_id)
    skill = queries.skill(request.actor, skill_id)
    if level in operations.LEVELS:
        operations.set_skill(
            actor=request.actor,
            now=clock.now(),
            person_id=person.id,
            skill=skill.name,
            level=level,
        )
        said(request, _("Undone."))
    return redirect("people:member", person_id=person.id)


@require_POST
@signed_in
def send_invitation(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Send the mail to set a password again."""
    person = managed(request, person_id)
    invite(request, person)
    said(request, _("A mail to set a password is on its way to %(to)s.") % {"to": person.email})
    return redirect("people:member", person_id=person.id)


@require_POST
@signed_in
def switch_off(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """The person can no longer sign in, and is signed out everywhere; can be undone."""
    return _set_active(request, person_id, active=False)


@require_POST
@signed_in
def switch_on(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """The person can sign in again."""
    return _set_active(request, person_id, active=True)


def _set_active(request: ActorRequest, person_id: UUID, *, active: bool) -> HttpResponse:
    person = managed(request, person_id)
    try:
        operations.set_active(
            actor=request.actor, now=clock.now(), person_id=person.id, active=active
        )
    except errors.LastAdministrator as refusal:
        refused(request, refusal)
        return redirect("people:member", person_id=person.id)
    if active:
        said(request, _("%(name)s can sign in again.") % {"name": person.name})
    else:
        undo = reverse("people:member_on", args=[person.id])
        said(request, _("%(name)s was switched off.") % {"name": person.name}, undo=undo)
    return redirect("people:member", person_id=person.id)
