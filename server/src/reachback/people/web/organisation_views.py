"""Organisations as agents see them."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import policy, queries, slots
from reachback.people.web.contexts import (
    ContactLine,
    OrganisationPage,
    OrganisationsPage,
    SiteLine,
)
from reachback.people.web.middleware import zone_or_utc
from reachback.ui import pages
from reachback.ui.doors import agents_only


@require_safe
@agents_only
def organisations(request: ActorRequest) -> HttpResponse:
    """Every organisation the agent may see."""
    page = OrganisationsPage(
        title=_("Customers"), organisations=list(queries.organisations(request.actor))
    )
    return pages.render(request, "people/organisations.html", page)


@require_safe
@agents_only
def organisation(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: its sites with their local time, its contacts, panels of other rooms."""
    now = clock.now()
    actor = request.actor
    found = queries.organisation(actor, organisation_id)
    panels = [answer(found.id, actor, now) for answer in slots.organisation_panels.answers()]
    page = OrganisationPage(
        title=found.name,
        organisation=found,
        sites=[
            SiteLine(site=site, there=now.astimezone(zone_or_utc(site.zone)))
            for site in queries.sites(actor, found.id)
        ],
        contacts=[
            ContactLine(contact=c, addresses=tuple(a.value for a in c.addresses.all()))
            for c in queries.contacts(actor, found.id)
        ],
        panels=sorted((p for p in panels if p is not None), key=lambda panel: panel.order),
        may_see_people=policy.may_see_people(actor, found.id),
        now=now,
    )
    return pages.render(request, "people/organisation.html", page)
