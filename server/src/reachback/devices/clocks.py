"""What is said about a device whose clock is not ours."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback.devices.models import Device

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def clock_sentence(device: Device) -> str:
    """Return by how much the device's clock differs and what follows; "" if it agrees."""
    offset = device.clock_offset_ms
    if not offset:
        return ""
    words = {"name": device.name, "length": _length(abs(offset))}
    if offset < 0:
        said = _("The clock of %(name)s is %(length)s behind.") % words
    else:
        said = _("The clock of %(name)s is %(length)s ahead.") % words
    return (
        said
        + " "
        + _("Until it is set, the device refuses sessions that the contract ties to the time.")
    )


def _length(span: int) -> str:
    if span >= 4 * _DAY:
        return ngettext("%d day", "%d days", span // _DAY) % (span // _DAY)
    if span >= 2 * _HOUR:
        return ngettext("%d hour", "%d hours", span // _HOUR) % (span // _HOUR)
    return ngettext("%d minute", "%d minutes", span // _MINUTE) % (span // _MINUTE)
