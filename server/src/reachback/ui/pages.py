"""Rendering a page: the context's fields, the request, the actor, and the frame around them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from reachback.kernel.actors import Actor
from reachback.kernel.transactions import assert_not_writing
from reachback.ui import slots
from reachback.ui.contexts import PageContext, Preferences


@dataclass(frozen=True, eq=False)
class Shell:
    """What the layouts need besides the page: links, commands and how the person wants it.

    Everything is read on first use, so a fragment that shows no frame pays for none of it.
    """

    request: HttpRequest

    @property
    def actor(self) -> Actor | None:
        """Who asks, or None before sign-in (and when the error came before the middleware)."""
        return getattr(self.request, "actor", None) or None

    @property
    def preferences(self) -> Preferences:
        """Theme and single-letter keys; the defaults for a visitor."""
        return getattr(self.request, "preferences", None) or Preferences()

    @property
    def theme(self) -> str:
        """`system`, `light` or `dark`."""
        return self.preferences.theme

    @property
    def keys(self) -> str:
        """`on` or `off`: single-letter keys."""
        return "on" if self.preferences.single_keys else "off"

    @property
    def layout(self) -> str:
        """The layout of pages that both sides have: `{% extends shell.layout %}`."""
        actor = self.actor
        return "ui/workspace.html" if actor is not None and actor.is_provider else "ui/portal.html"

    @cached_property
    def navigation(self) -> tuple[tuple[slots.NavigationItem, bool], ...]:
        """Every link this person has, with whether it is where they are now."""
        actor = self.actor
        if actor is None:
            return ()
        items = [entry(actor) for entry in slots.navigation.answers()]
        found = [item for item in items if item is not None]
        here = self._nearest(found)
        return tuple((item, item is here) for item in found)

    def _nearest(self, items: list[slots.NavigationItem]) -> slots.NavigationItem | None:
        """The item whose address is the longest beginning of the page's own."""
        path = self.request.path

        def holds(item: slots.NavigationItem) -> bool:
            if path == item.href or (item.href != "/" and path.startswith(item.href)):
                return True
            return path.startswith(item.also)

        found = [item for item in items if holds(item)]
        return max(found, key=lambda item: len(item.href), default=None)

    @property
    def workspace_links(self) -> tuple[tuple[slots.NavigationItem, bool], ...]:
        """The rail."""
        return tuple(pair for pair in self.navigation if pair[0].audience == "workspace")

    @property
    def portal_links(self) -> tuple[tuple[slots.NavigationItem, bool], ...]:
        """The portal's bar."""
        return tuple(pair for pair in self.navigation if pair[0].audience == "portal")

    @cached_property
    def palette(self) -> tuple[slots.PaletteItem, ...]:
        """Navigation first, then every command the rooms offer."""
        actor = self.actor
        if actor is None:
            return ()
        links = [
            slots.PaletteItem(label=item.label, href=item.href, icon=item.icon, key=item.key)
            for item, _ in self.navigation
        ]
        for command in slots.palette.answers():
            links.extend(command(actor))
        return tuple(links)

    @property
    def foot(self) -> tuple[SafeString, ...]:
        """What other rooms put at the foot of every page."""
        return tuple(answer(self.request) for answer in slots.page_foot.answers())

    @cached_property
    def account_menu(self) -> tuple[slots.MenuItem, ...]:
        """The lines under the person's name."""
        actor = self.actor
        if actor is None:
            return ()
        items = [entry(actor) for entry in slots.account_menu.answers()]
        return tuple(item for item in items if item is not None)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` and `actor` for every template, allauth's and errors' too."""
    frame = Shell(request)
    return {"shell": frame, "actor": frame.actor}


def render(
    request: HttpRequest, template: str, context: PageContext, status: int = 200
) -> HttpResponse:
    """One page or fragment from its context; the template sees exactly the context's fields.

    Never inside a write transaction: every other writer would wait for the template.
    """
    assert_not_writing(f"rendering {template}")
    return HttpResponse(
        render_to_string(template, context.variables(), request=request), status=status
    )


def fragment(request: HttpRequest, template: str, context: PageContext) -> str:
    """The same without the response: for a slot's panel."""
    assert_not_writing(f"rendering {template}")
    return render_to_string(template, context.variables(), request=request)
