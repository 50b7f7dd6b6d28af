"""The people of an organisation, for those who manage them."""

from uuid import UUID

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.kernel import clock
from reachback.kernel.errors import Conflict
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import errors, operations, policy, queries
from reachback.people.models import Organisation, Role, User
from reachback.people.web.contexts import MemberLine, MemberPage, MembersPage
from reachback.people.web.forms import NewPersonForm, RolesForm
from reachback.ui import pages


@require_http_methods(["GET", "POST"])
@signed_in
def members(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """List the people of an organisation; its administrators add somebody."""
    owner = queries.organisation(request.actor, organisation_id)
    if not policy.may_see_people(request.actor, owner.id):
        raise errors.MayNotManage
    if request.method == "POST":
        form = NewPersonForm(request.POST, provider=owner.is_provider)
        if form.is_valid() and _created(request, owner, form):
            return redirect("people:members", organisation_id=owner.id)
    else:
        form = NewPersonForm(provider=owner.is_provider)
    page = MembersPage(
        title=_("People of %(name)s") % {"name": owner.name},
        organisation=owner,
        members=[_line(request, each) for each in queries.people(request.actor, owner.id)],
        form=form,
        may_manage=policy.may_manage_people(request.actor, owner.id),
    )
    return pages.render(request, "people/members.html", page)


def _created(request: ActorRequest, owner: Organisation, form: NewPersonForm) -> bool:
    """Create the person and send the mail to set a password; False leaves the error on the form."""
    values = form.cleaned_data
    try:
        person = operations.create_user(
            actor=request.actor,
            now=clock.now(),
            organisation_id=owner.id,
            email=values["email"],
            name=values["name"],
            roles=[values["role"]],
        )
    except Conflict as conflict:
        form.add_error("email", conflict.sentence)
        return False
    invitation = ResetPasswordForm({"email": person.email})
    if invitation.is_valid():
        invitation.save(request)
    messages.success(request, _("%(name)s was added.") % {"name": person.name})
    return True


def _line(request: ActorRequest, person: User) -> MemberLine:
    held = tuple(str(Role(row.role).label) for row in person.role_rows.all())
    is_you = person.id == request.actor.id
    return MemberLine(id=person.id, person=person, roles=held, is_you=is_you)


def _managed(request: ActorRequest, person_id: UUID) -> User:
    person = queries.person(request.actor, person_id)
    if not policy.may_manage_people(request.actor, person.organisation_id):
        raise errors.MayNotManage
    return person


@require_safe
@signed_in
def member(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One person: roles, and whether they may sign in."""
    person = _managed(request, person_id)
    held = [row.role for row in person.role_rows.all()]
    owner = person.organisation
    page = MemberPage(
        title=person.name,
        person=person,
        organisation=owner,
        form=RolesForm(provider=owner.is_provider, initial={"roles": held}),
        is_you=person.id == request.actor.id,
    )
    return pages.render(request, "people/member.html", page)


@require_POST
@signed_in
def roles(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Set exactly the ticked roles."""
    person = _managed(request, person_id)
    form = RolesForm(request.POST, provider=person.organisation.is_provider)
    if form.is_valid():
        operations.set_roles(
            actor=request.actor,
            now=clock.now(),
            person_id=person.id,
            roles=form.cleaned_data["roles"],
        )
        messages.success(request, _("Saved."))
    return redirect("people:member", person_id=person.id)


@require_POST
@signed_in
def switch_off(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """The person can no longer sign in, and is signed out everywhere."""
    return _set_active(request, person_id, active=False)


@require_POST
@signed_in
def switch_on(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """The person can sign in again."""
    return _set_active(request, person_id, active=True)


def _set_active(request: ActorRequest, person_id: UUID, *, active: bool) -> HttpResponse:
    person = _managed(request, person_id)
    operations.set_active(actor=request.actor, now=clock.now(), person_id=person.id, active=active)
    return redirect("people:member", person_id=person.id)
