"""A customer's own devices."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from reachback.devices import policy, queries
from reachback.devices.web import lists
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


@require_safe
@signed_in
def device_list(request: ActorRequest) -> HttpResponse:
    """List the customer's devices; the provider's people go to their own list."""
    if not policy.has_portal(request.actor):
        return redirect("devices:list")
    words, state = request.GET.get("q", "")[:80], request.GET.get("state", "")
    page = lists.devices_page(request.actor, words=words, state=state, now=clock.now())
    return pages.render(request, "devices/portal_list.html", page)


@require_safe
@signed_in
def device(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """One device, in plain words; the provider's people go to their own page of it."""
    if not policy.has_portal(request.actor):
        return redirect("devices:detail", device_id=queries.device(request.actor, device_id).id)
    page = lists.device_page(
        request,
        request.actor,
        device_id,
        list_url=reverse("devices_portal:list"),
        now=clock.now(),
    )
    return pages.render(request, "devices/portal_detail.html", page)
