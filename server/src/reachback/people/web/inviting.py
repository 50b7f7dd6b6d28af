"""Somebody new: the account, and the mail with which they set their password."""

from allauth.account.forms import ResetPasswordForm
from django.utils.translation import gettext as _

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import operations
from reachback.people.models import Organisation, User
from reachback.people.web.answering import attempt, said
from reachback.people.web.forms import NewPersonForm


def invite(request: ActorRequest, person: User) -> None:
    """Send the mail to set a password."""
    invitation = ResetPasswordForm({"email": person.email})
    if invitation.is_valid():
        invitation.save(request)


def created(request: ActorRequest, owner: Organisation, form: NewPersonForm) -> bool:
    """Create the person and send the mail; False leaves the error on the form."""
    values = form.cleaned_data
    person = attempt(
        form,
        lambda: operations.create_user(
            actor=request.actor,
            now=clock.now(),
            organisation_id=owner.id,
            email=values["email"],
            name=values["name"],
            roles=[values["role"]],
        ),
        unique="email",
    )
    if person is None:
        return False
    invite(request, person)
    said(request, _("%(name)s was added.") % {"name": person.name})
    return True
