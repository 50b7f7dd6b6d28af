"""What cases offer to the frame of every page: links, commands, the home panel."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.cases.views import VIEWS
from reachback.cases.web.portal.home import cases_href, my_cases
from reachback.cases.web.queue_views import view_href
from reachback.kernel.actors import Actor
from reachback.ui import slots
from reachback.ui.slots import NavigationItem, PaletteItem


def queue_link(actor: Actor) -> NavigationItem | None:
    """The queue, for agents."""
    if not actor.is_provider:
        return None
    return NavigationItem(
        label=_("Queue"), href=reverse("cases:queue"), icon="queue", key="q", also=("/cases/",)
    )


def portal_link(actor: Actor) -> NavigationItem | None:
    """My cases, for customers."""
    if actor.is_provider:
        return None
    return NavigationItem(label=_("My cases"), href=cases_href(), icon="case", audience="portal")


def commands(actor: Actor) -> Sequence[PaletteItem]:
    """A new case, and every view of the queue."""
    if not actor.is_provider:
        href = reverse("cases_portal:new")
        return [PaletteItem(label=_("New case"), href=href, icon="plus", words=_("problem help"))]
    found = [PaletteItem(label=_("New case"), href=reverse("cases:new"), icon="plus")]
    found += [
        PaletteItem(
            label=_("Queue: %(view)s") % {"view": view.name},
            href=view_href(view),
            icon=view.icon,
            words=str(view.about),
        )
        for view in VIEWS
    ]
    return found


def offer() -> None:
    """Register all of it. Called once when the program starts."""
    slots.navigation.register(queue_link, order=10)
    slots.navigation.register(portal_link, order=10)
    slots.palette.register(commands, order=10)
    slots.portal_home_panels.register(my_cases, order=10)
