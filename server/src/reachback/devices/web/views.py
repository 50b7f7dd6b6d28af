"""Pages about devices for the provider's people."""

import shlex
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.devices import policy, queries
from reachback.devices.errors import MayNotEnrol
from reachback.devices.operations import make_token, stop_expecting
from reachback.devices.slots import keysets_for_enrolment
from reachback.devices.web import lists
from reachback.devices.web.contexts import EnrolPage, TokenPage
from reachback.devices.web.forms import EnrolForm
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.errors import NotPermitted
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages


class ForTheProvider(NotPermitted):
    """The workspace's pages are the provider's."""

    def __init__(self) -> None:
        super().__init__("for-the-provider", _("This page is for the provider's people."))


def _provider(actor: Actor) -> Actor:
    if not actor.is_provider:
        raise ForTheProvider
    return actor


@require_safe
@signed_in
def device_list(request: ActorRequest) -> HttpResponse:
    """List the devices the actor may see."""
    actor = _provider(request.actor)
    words, state = request.GET.get("q", "")[:80], request.GET.get("state", "")
    page = lists.devices_page(actor, words=words, state=state, now=clock.now())
    return pages.render(request, "devices/list.html", page)


@require_safe
@signed_in
def device(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """One device: its link, health, alerts, and what other rooms know of it."""
    actor = _provider(request.actor)
    page = lists.device_page(
        request, actor, device_id, list_url=reverse("devices:list"), now=clock.now()
    )
    return pages.render(request, "devices/detail.html", page)


@require_POST
@signed_in
def stop_waiting(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """The actor waits for the device no longer."""
    stop_expecting(actor=_provider(request.actor), now=clock.now(), device_id=device_id)
    return redirect("devices:detail", device_id=device_id)


@require_http_methods(["GET", "POST"])
@signed_in
def enrol_start(request: ActorRequest) -> HttpResponse:
    """Make a token and show the exact command, once."""
    actor = _provider(request.actor)
    now = clock.now()
    own = actor.organisation_id
    if own is None or not policy.may_enrol(actor, own):
        raise MayNotEnrol
    form = EnrolForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        return _token(request, form)
    page = EnrolPage(
        title=_("Enrol a device"), form=form, tokens=queries.tokens(actor, now), now=now
    )
    status = 400 if form.is_bound else 200
    return pages.render(request, "devices/enrol.html", page, status=status)


def _token(request: ActorRequest, form: EnrolForm) -> HttpResponse:
    now = clock.now()
    organisation_id, site_id = form.chosen()
    made = make_token(
        actor=request.actor,
        now=now,
        organisation_id=organisation_id,
        site_id=site_id,
        name=form.cleaned_data["name"],
    )
    marks = [answer(organisation_id)[1] for answer in keysets_for_enrolment.answers()]
    fingerprint = next((mark for mark in marks if mark), "")
    address = f"{request.scheme}://{request.get_host()}"
    words = ["reachback-connector", "enrol", address, "--token", made.token]
    words += ["--customer-keys", fingerprint] if fingerprint else []
    page = TokenPage(
        title=_("Enrol %(name)s") % {"name": form.cleaned_data["name"]},
        command=shlex.join(words),
        token=made.token,
        fingerprint=fingerprint,
        expires_at=made.expires_at,
        name=form.cleaned_data["name"],
        now=now,
    )
    return pages.render(request, "devices/token.html", page)
