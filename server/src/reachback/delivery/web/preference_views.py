"""Which messages one wants where, and which of one's devices show notifications."""

import hashlib
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reachback.delivery import errors, operations, queries, slots
from reachback.delivery.models import Address, Way
from reachback.delivery.transports import keys
from reachback.delivery.web.agents import browser_name
from reachback.delivery.web.contexts import BrowserLine, KindLine, PreferencesPage, WayChoice
from reachback.delivery.web.forms import SubscriptionForm
from reachback.kernel import clock
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.ui import pages

WAYS: Final = (Way.PAGE, Way.PUSH, Way.EMAIL)


@require_http_methods(["GET", "POST"])
@signed_in
def preferences(request: ActorRequest) -> HttpResponse:
    """A row per kind, a box per way; one's devices below."""
    lines = _lines(request)
    if request.method == "POST":
        _keep(request, lines)
        messages.success(request, _("Saved."))
        return redirect("delivery:preferences")
    page = PreferencesPage(
        title=_("Notifications"),
        ways=[str(way.label) for way in WAYS],
        kinds=lines,
        browsers=[
            BrowserLine(browser=b, digest=_digest(b)) for b in queries.browsers(request.actor)
        ],
        public_key=keys.public_key(),
        now=clock.now(),
    )
    return pages.render(request, "delivery/preferences.html", page)


def _short(way: Way) -> str:
    """The way in a word or two, for a phone's narrow column."""
    return {Way.PAGE: _("open page"), Way.PUSH: _("push"), Way.EMAIL: _("e-mail")}[way]


def _lines(request: ActorRequest) -> list[KindLine]:
    unwanted = queries.unwanted(request.actor)
    return [
        KindLine(
            kind=kind,
            choices=[
                WayChoice(
                    name=f"{kind.kind}:{way.value}",
                    way=_short(way),
                    label=_("%(kind)s: %(way)s") % {"kind": kind.label, "way": way.label},
                    wanted=(kind.kind, way.value) not in unwanted,
                )
                for way in WAYS
            ],
        )
        for kind in slots.kinds(request.actor)
    ]


def _keep(request: ActorRequest, lines: list[KindLine]) -> None:
    """Each box that changed, all in one transaction."""
    now = clock.now()
    with transaction.atomic():
        for line in lines:
            for way, choice in zip(WAYS, line.choices, strict=True):
                ticked = choice.name in request.POST
                if ticked != choice.wanted:
                    operations.prefer(
                        actor=request.actor,
                        now=now,
                        kind=line.kind.kind,
                        channel=way.value,
                        wanted=ticked,
                    )


def _digest(browser: Address) -> str:
    return hashlib.sha256(browser.value.encode()).hexdigest()


@require_POST
@signed_in
def subscribe(request: ActorRequest) -> HttpResponse:
    """Keep this browser's subscription; the script reloads the page."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        raise errors.BadSubscription
    operations.subscribe(
        actor=request.actor,
        now=clock.now(),
        label=browser_name(request.headers.get("User-Agent", "")),
        **form.cleaned_data,
    )
    messages.success(request, _("This device shows notifications now."))
    return JsonResponse({})


@require_POST
@signed_in
def unsubscribe(request: ActorRequest, browser_id: UUID) -> HttpResponse:
    """Forget one of one's own devices."""
    browser = queries.browsers(request.actor).filter(id=browser_id).first()
    if browser is not None:
        operations.unsubscribe(actor=request.actor, now=clock.now(), endpoint=browser.value)
        messages.success(request, _("The device shows no notifications any more."))
    return redirect("delivery:preferences")


@require_POST
@signed_in
def send_test(request: ActorRequest) -> HttpResponse:
    """One notification to each of one's devices."""
    try:
        operations.send_test(
            actor=request.actor, now=clock.now(), href=reverse("delivery:preferences")
        )
    except errors.NoBrowser as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("A test is on its way to your devices."))
    return redirect("delivery:preferences")
