"""The link home."""

from django.utils.translation import gettext as _

from reachback.kernel.actors import Actor
from reachback.ui import slots
from reachback.ui.slots import NavigationItem


def home(actor: Actor) -> NavigationItem | None:
    """A customer's home; the desk's home is the queue."""
    if actor.is_provider:
        return None
    return NavigationItem(label=_("Home"), href="/", icon="home", key="h", audience="portal")


def offer() -> None:
    """Register it."""
    slots.navigation.register(home, order=0)
