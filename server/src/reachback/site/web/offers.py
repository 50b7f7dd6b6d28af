"""The links home and to the system's state."""

from django.utils.translation import gettext as _

from reachback.kernel.actors import Actor
from reachback.site.policy import may_operate
from reachback.ui import slots
from reachback.ui.slots import NavigationItem


def home(actor: Actor) -> NavigationItem | None:
    """A customer's home; the desk's home is the queue."""
    if actor.is_provider:
        return None
    return NavigationItem(label=_("Home"), href="/", icon="home", key="h", audience="portal")


def system(actor: Actor) -> NavigationItem | None:
    """How the system is, for those who run it."""
    if not may_operate(actor):
        return None
    return NavigationItem(label=_("System"), href="/system/", icon="health", key="y")


def offer() -> None:
    """Register it."""
    slots.navigation.register(home, order=0)
    slots.navigation.register(system, order=70)
