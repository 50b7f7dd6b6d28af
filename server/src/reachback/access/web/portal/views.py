"""A customer's sessions: who is, and who was, in their systems."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.access.web import contract
from reachback.access.web.recordings import sessions_page
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_safe
@signed_in
def sessions(request: ActorRequest) -> HttpResponse:
    """Live now, and every session before."""
    contract.own(request.actor)
    page = sessions_page(request.actor, title=_("In your systems"))
    return pages.render(request, "access/sessions.html", page)
