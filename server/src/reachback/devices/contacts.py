"""On-demand mode: a device in contact at stated times only, which says when it comes again."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reachback.devices import tellings
from reachback.devices.models import Device
from reachback.kernel import timers

#: How late a contact may be before somebody is told: dialling takes a while on such lines.
GRACE: Final = timedelta(minutes=15)
TIMER: Final = "devices.not_back"
_LONGEST: Final = timedelta(days=31)


def timer_key(device: Device) -> str:
    """Return the key of the timer that waits for a device to come back."""
    return f"devices.not_back:{device.id}"


def heard(device: Device, state: str, wait_ms: int, *, now: datetime) -> None:
    """A device says that it is here, or that it leaves and when it comes again."""
    if state == "resting" and device.link_state != Device.LinkState.RESTING:
        _rest(device, timedelta(milliseconds=wait_ms), now=now)
    if state == "here" and device.link_state == Device.LinkState.RESTING:
        device.link_state, device.link_since = Device.LinkState.LINKED, now
        timers.cancel(key=timer_key(device), now=now)
        tellings.link_changed(device)


def _rest(device: Device, wait: timedelta, *, now: datetime) -> None:
    device.contact_next = now + min(wait, _LONGEST)
    device.link_state, device.link_since = Device.LinkState.RESTING, now
    timers.schedule(
        kind=TIMER,
        key=timer_key(device),
        due=device.contact_next + GRACE,
        payload={"device": str(device.id), "generation": device.generation},
        now=now,
    )
    tellings.link_changed(device)


def expected(device: Device) -> bool:
    """Whether the device is away and comes by itself, on time or late."""
    away = device.link_state in (Device.LinkState.RESTING, Device.LinkState.LOST)
    return away and bool(device.contact)


def expected_sentence(device: Device, zone: str) -> str:
    """Say when it is expected, on the clock of `zone`; and that it is late, if it is."""
    words = {"name": device.name, "at": "", "zone": zone}
    if device.contact_next is None:
        return _("%(name)s is in contact on demand only, and is not there now.") % words
    words["at"] = f"{device.contact_next.astimezone(ZoneInfo(zone)):%a %H:%M}"
    if device.link_state == Device.LinkState.LOST:
        return _("%(name)s was expected %(at)s (%(zone)s) and has not come yet.") % words
    return _("%(name)s is in contact on demand: expected %(at)s (%(zone)s).") % words


def missed_sentence(device: Device) -> str:
    """Say for the alert that a contact did not take place."""
    at = f"{device.contact_next:%H:%M}" if device.contact_next else "?"
    since = f"{device.link_since:%H:%M}" if device.link_since else "?"
    words = _("%(name)s was expected at %(at)s UTC and has not been in contact since %(since)s.")
    return words % {"name": device.name, "at": at, "since": since}


def in_words(device: Device) -> str:
    """Say how often it is in contact; "" when it holds its link all the time."""
    kept = device.contact
    if not kept:
        return ""
    stay = _length(int(kept.get("for", 0)))
    if kept.get("at"):
        values = {"times": ", ".join(kept["at"]), "zone": kept.get("zone", ""), "stay": stay}
        return _("daily at %(times)s (%(zone)s), for %(stay)s") % values
    return _("every %(every)s, for %(stay)s") % {
        "every": _length(int(kept.get("every", 0))),
        "stay": stay,
    }


def _length(seconds: int) -> str:
    for unit, words in ((3_600, _("%s h")), (60, _("%s min"))):
        if seconds >= unit and seconds % unit == 0:
            return words % (seconds // unit)
    return _("%s s") % seconds
