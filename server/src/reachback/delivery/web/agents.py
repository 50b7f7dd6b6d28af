"""What a browser calls itself, in three words a person recognises their device by."""

from typing import Final

from django.utils.translation import gettext as _

#: The first that fits: Edge also says Chrome, and Chrome also says Safari.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """`Firefox on Windows`; what is not known is “a browser” on “a device”."""
    browser = next((name for part, name in _BROWSERS if part in user_agent), _("a browser"))
    system = next((name for part, name in _SYSTEMS if part in user_agent), _("a device"))
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
