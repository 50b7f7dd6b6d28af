"""What the page of a tunnel's session says while it lasts."""

from django.utils.translation import gettext as _


def texts() -> dict[str, str]:
    """Return the sentences of tunnel.js by name."""
    return {
        "page_joining": _("Joining the session…"),
        "page_ready": _("Ready. Press Open page."),
        "page_open": _("The page is open in a tab of its own. Keep this tab open."),
        "page_opening": _("Opening the page…"),
        "page_lost": _("The line is lost. The page waits and goes on when it is back."),
        "page_device_lost": _("The device has no link at the moment. The page waits for it."),
        "page_over": _("The page is closed. Nothing of it is reached any more."),
        "page_watching": _("Only its technician can open this page."),
        "page_unreachable": _("The server cannot be reached."),
    }
