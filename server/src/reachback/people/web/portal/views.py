"""A customer's own people, sites and contacts. Every page works without JavaScript."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reachback.kernel import clock
from reachback.kernel.errors import NotPermitted
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.people import errors, policy, queries
from reachback.people.models import Organisation
from reachback.people.web import lines
from reachback.people.web.answering import posted
from reachback.people.web.contexts import PortalNewPersonPage, PortalPeoplePage
from reachback.people.web.forms import NewPersonForm
from reachback.people.web.inviting import created
from reachback.ui import pages


def _own(request: ActorRequest) -> Organisation:
    """The actor's own organisation, if they manage its people."""
    actor = request.actor
    if actor.is_provider or actor.organisation_id is None:
        raise NotPermitted("people.portal", _("These pages belong to customers."))
    if not policy.may_manage_people(actor, actor.organisation_id):
        raise errors.MayNotManage
    return queries.organisation(actor, actor.organisation_id)


@require_safe
@signed_in
def people(request: ActorRequest) -> HttpResponse:
    """Who of ours can sign in, whom the support team calls, and where we are."""
    own, actor = _own(request), request.actor
    page = PortalPeoplePage(
        title=_("Your people"),
        organisation=own,
        members=lines.member_lines(
            actor, queries.people(actor, own.id).order_by("-is_active", "name"), agents=False
        ),
        contacts=lines.contact_lines(
            queries.contacts(actor, own.id).order_by("-is_active", "name")
        ),
        sites=lines.site_lines(
            queries.every_site(actor, own.id).order_by("-is_active", "name"), clock.now()
        ),
    )
    return pages.render(request, "people/portal/people.html", page)


@require_http_methods(["GET", "POST"])
@signed_in
def new_person(request: ActorRequest) -> HttpResponse:
    """Somebody who can sign in."""
    own = _own(request)
    form = NewPersonForm(posted(request), provider=False)
    if request.method == "POST" and form.is_valid() and created(request, own, form):
        return redirect("people_portal:people")
    page = PortalNewPersonPage(title=_("Add somebody"), form=form)
    status = 400 if form.errors else 200
    return pages.render(request, "people/portal/new_person.html", page, status=status)
