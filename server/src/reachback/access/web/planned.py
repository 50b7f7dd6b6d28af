"""A planned restart: who planned it for when, and calling it off."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reachback.access import operations, policy, queries
from reachback.access.models import AccessSession
from reachback.access.web.contexts import PlannedPage
from reachback.access.web.recordings import layout
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


def page(request: ActorRequest, found: AccessSession) -> HttpResponse:
    """The restart while it waits, and what became of it; whoever sees the session sees it."""
    actor = request.actor
    site = found.device.site
    zone = site.zone if site else "UTC"
    shown = PlannedPage(
        title=_("Planned restart"),
        session=found,
        there=f"{found.planned_for.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"
        if found.planned_for
        else "",
        zone=zone,
        waits=found.state == AccessSession.State.LIVE,
        over=found.state == AccessSession.State.ENDED,
        online=found.device.link_state == "linked",
        may_end=policy.may_end(actor, found.organisation_id, found.technician_id),
        layout=layout(actor),
        now=clock.now(),
    )
    return pages.render(request, "access/planned.html", shown)


@require_POST
@signed_in
def call_off(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Call a planned restart off: its technician, a manager, or the customer's administrator."""
    found = queries.session(request.actor, session_id)
    if found.planned_for is not None:
        operations.end_session(actor=request.actor, now=clock.now(), session_id=session_id)
        messages.success(request, _words(found))
    return redirect("access:session", session_id=session_id)


def _words(found: AccessSession) -> str:
    if found.device.link_state == "linked" or found.state == AccessSession.State.READY:
        return _("The restart is called off.")
    return _(
        "Called off here. The device has no link: it hears of it when it is back, and restarts if "
        "it stays away until then."
    )
