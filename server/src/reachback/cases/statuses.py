"""The words a case's columns may hold. Pure, shared by models, filters and pages."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEW: Final = "new"
OPEN: Final = "open"
WAITING: Final = "waiting"
RESOLVED: Final = "resolved"
CLOSED: Final = "closed"
OPEN_STATUSES: Final = (NEW, OPEN, WAITING)
DONE_STATUSES: Final = (RESOLVED, CLOSED)
STATUS_NAMES: Final[dict[str, Promise]] = {
    NEW: _("new"),
    OPEN: _("open"),
    WAITING: _("waiting"),
    RESOLVED: _("resolved"),
    CLOSED: _("closed"),
}
CHANNEL_NAMES: Final[dict[str, Promise]] = {
    "email": _("email"),
    "portal": _("portal"),
    "chat": _("chat"),
    "phone": _("phone"),
    "api": _("API"),
    "alert": _("alert"),
}
PRIORITY_NAMES: Final[dict[int, Promise]] = {
    1: _("urgent"),
    2: _("high"),
    3: _("normal"),
    4: _("low"),
}
ENTRY_NAMES: Final[dict[str, Promise]] = {
    "message": _("message"),
    "note": _("note"),
    "call": _("call"),
    "session": _("session"),
    "alert": _("alert"),
    "change": _("change"),
}
ALTERNATIVE_NAMES: Final[dict[str, Promise]] = {
    "truck_roll": _("a technician's trip (truck roll)"),
    "call_back": _("a call back"),
    "escalation": _("an escalation"),
    "none": _("nothing was avoided"),
}
WRITTEN_KINDS: Final = ("message", "note", "call")  # what a person may write by hand
