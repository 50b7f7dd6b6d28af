"""Home, search and the palette's commands."""

from collections.abc import Sequence

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reachback.cases import queries as cases
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest, signed_in
from reachback.site.system import state
from reachback.site.web.contexts import Headline, PortalHomePage, SearchPage, SystemPage
from reachback.ui import pages, slots
from reachback.ui.doors import agents_only
from reachback.ui.pages import Shell
from reachback.ui.slots import Panel


@require_safe
@signed_in
def home(request: ActorRequest) -> HttpResponse:
    """Agents start in the queue; customers see their panels."""
    actor = request.actor
    if actor.is_provider:
        return redirect("cases:queue")
    now = clock.now()
    panels = [answer(actor, now) for answer in slots.portal_home_panels.answers()]
    found = sorted((panel for panel in panels if panel is not None), key=lambda each: each.order)
    page = PortalHomePage(
        title=_("Home"), name=actor.name, headline=_headline(found), panels=found, now=now
    )
    return pages.render(request, "site/home.html", page)


#: How grave news is, gravest first, and the icon that says so without colour.
_GRAVITY = {"red": "error", "amber": "warning", "violet": "session"}


def _headline(panels: Sequence[Panel]) -> Headline:
    """The gravest news of any panel, or that everything is fine."""
    news = [panel for panel in panels if panel.news]
    if not news:
        more = [_("No device fails, and nobody is in your systems.")]
        return Headline(tone="green", icon="ok", words=_("Everything is fine"), more=more)
    news.sort(key=lambda panel: list(_GRAVITY).index(panel.tone))
    first = news[0]
    return Headline(
        tone=first.tone,
        icon=_GRAVITY[first.tone],
        words=first.news,
        more=[panel.news for panel in news[1:]],
    )


@require_safe
@agents_only
def system(request: ActorRequest) -> HttpResponse:
    """How the system is: for the provider's administrators."""
    now = clock.now()
    found = state(request.actor, now=now)
    well = not (found.backlog.failed or found.undelivered or found.front.sentence)
    page = SystemPage(title=_("How the system is"), state=found, well=well, now=now)
    return pages.render(request, "site/system.html", page)


@require_safe
@signed_in
def search(request: ActorRequest) -> HttpResponse:
    """Cases by number, subject, customer or device."""
    words = request.GET.get("q", "").strip()[:100]
    actor = request.actor
    page = SearchPage(
        title=_("Search"),
        words=words,
        cases=cases.search(actor, words),
        layout="ui/workspace.html" if actor.is_provider else "ui/portal.html",
        now=clock.now(),
    )
    return pages.render(request, "site/search.html", page)


@require_safe
@signed_in
def palette(request: ActorRequest) -> JsonResponse:
    """Every command of the palette and the cases that changed last."""
    commands = [
        {"label": str(item.label), "href": item.href, "icon": item.icon, "words": str(item.words)}
        for item in Shell(request).palette
    ]
    recent = [
        {
            "label": f"#{row.number} {row.subject}",
            "href": _case_href(request.actor, row.number),
            "icon": "case",
            "words": f"{row.customer} {row.site} {row.device}",
        }
        for row in cases.recent(request.actor)
    ]
    return JsonResponse({"commands": commands, "recent": recent})


def _case_href(actor: Actor, number: int) -> str:
    return reverse("cases:case" if actor.is_provider else "cases_portal:case", args=[number])
