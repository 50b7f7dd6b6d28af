"""The demo's marks on every page: a small menu to break, cut and attack."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from reachback.ui import slots


def menu(request: HttpRequest) -> SafeString:
    """Return the menu in the corner of every page."""
    return SafeString(render_to_string("demo/menu.html", {}, request=request))


def register() -> None:
    """Answer the slot for what stands at the foot of every page."""
    slots.page_foot.register(menu)
