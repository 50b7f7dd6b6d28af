"""Showing a customer a script to sign, and taking that back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reachback.access import operations
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest
from reachback.people import queries as people
from reachback.ui.doors import agents_only


@require_POST
@agents_only
def offer(
    request: ActorRequest, organisation_id: UUID, script_id: UUID, number: int
) -> HttpResponse:
    """Let the customer read it; can be undone."""
    _change(request, organisation_id, script_id, number, withdrawn=False)
    name = people.organisation(request.actor, organisation_id).name
    undo = reverse("access:withdraw_script", args=[organisation_id, script_id, number])
    words = _("%(name)s can read it now, under Contract.") % {"name": name}
    messages.success(request, words, extra_tags=undo)
    return _back(request, script_id)


@require_POST
@agents_only
def withdraw(
    request: ActorRequest, organisation_id: UUID, script_id: UUID, number: int
) -> HttpResponse:
    """Take the offer back; what a contract names stays readable."""
    _change(request, organisation_id, script_id, number, withdrawn=True)
    messages.success(request, _("The offer is taken back."))
    return _back(request, script_id)


def _change(
    request: ActorRequest, organisation_id: UUID, script_id: UUID, number: int, *, withdrawn: bool
) -> None:
    operations.offer_script(
        actor=request.actor,
        now=clock.now(),
        organisation_id=organisation_id,
        script_id=script_id,
        number=number,
        withdrawn=withdrawn,
    )


def _back(request: ActorRequest, script_id: UUID) -> HttpResponse:
    """To the page it was pressed on, of this host only; else to the script."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect("access:script", script_id=script_id)
