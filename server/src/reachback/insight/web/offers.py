"""The link to the report."""

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.insight.policy import may_read
from reachback.kernel.actors import Actor
from reachback.ui import slots
from reachback.ui.slots import NavigationItem


def report_link(actor: Actor) -> NavigationItem | None:
    """For those who may read it, on their own side."""
    if not may_read(actor):
        return None
    provider = actor.is_provider
    return NavigationItem(
        label=_("Reports"),
        href=reverse("insight:report" if provider else "insight_portal:report"),
        icon="report",
        key="r",
        audience="workspace" if provider else "portal",
    )


def offer() -> None:
    """Register it."""
    slots.navigation.register(report_link, order=40)
