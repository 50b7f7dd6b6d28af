"""What devices adds to every page's frame."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.devices.web.portal import home
from reachback.kernel.actors import Actor
from reachback.ui import slots
from reachback.ui.slots import NavigationItem, PaletteItem


def devices(actor: Actor) -> NavigationItem | None:
    """The provider's list of devices."""
    if not actor.is_provider:
        return None
    return NavigationItem(label=_("Devices"), href=reverse("devices:list"), icon="device", key="d")


def my_devices(actor: Actor) -> NavigationItem | None:
    """A customer's own devices."""
    if actor.is_provider:
        return None
    href = reverse("devices_portal:list")
    return NavigationItem(label=_("My devices"), href=href, icon="device", audience="portal")


def commands(actor: Actor) -> Sequence[PaletteItem]:
    """Commands for the palette."""
    if not actor.is_provider:
        return ()
    return (
        PaletteItem(
            label=_("Enrol a device"),
            href=reverse("devices:enrol_start"),
            icon="plus",
            words=_("token connector new"),
        ),
    )


def register() -> None:
    """Called once when the app is ready."""
    slots.navigation.register(devices, order=20)
    slots.navigation.register(my_devices, order=20)
    slots.palette.register(commands)
    slots.portal_home_panels.register(home.my_devices)
