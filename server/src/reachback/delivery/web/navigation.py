"""What delivery adds to every page's frame."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.delivery import policy
from reachback.kernel.actors import Actor
from reachback.ui.slots import MenuItem, NavigationItem, PaletteItem


def deliveries(actor: Actor) -> NavigationItem | None:
    """The provider's people see what was sent to whom."""
    if not policy.may_look(actor):
        return None
    href = reverse("delivery:deliveries")
    return NavigationItem(label=_("Deliveries"), href=href, icon="send", key="m")


def preferences(actor: Actor) -> MenuItem:
    """Everybody has notifications."""
    return MenuItem(label=_("Notifications"), href=reverse("delivery:preferences"), icon="bell")


def commands(actor: Actor) -> Sequence[PaletteItem]:
    """The same by name."""
    words = _("push mail preferences quiet device")
    href = reverse("delivery:preferences")
    return [PaletteItem(label=_("Notifications"), href=href, icon="bell", words=words)]
