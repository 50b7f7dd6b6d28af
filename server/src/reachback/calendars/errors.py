"""The errors of calendars.

- ReachbackError
  - CalendarError: a calendar could not answer
    - NeverOpens: no open hour within the search horizon, with the reason
    - BadHours: weekly hours, zone or region that cannot be read
"""

from datetime import datetime

from django.utils.translation import gettext as _

from reachback.kernel.errors import ReachbackError


class CalendarError(ReachbackError):
    """A calendar could not answer."""


class NeverOpens(CalendarError):
    """The calendar has no open hour in the years we looked at; `reason` says why."""

    def __init__(self, *, reason: str, start: datetime) -> None:
        sentence = _("This calendar has no open hour after %(start)s: %(reason)s.") % {
            "start": start.strftime("%Y-%m-%d %H:%M UTC"),
            "reason": reason,
        }
        super().__init__("calendars.never_opens", sentence, reason=reason)


class BadHours(CalendarError):
    """Weekly hours, zone or region that cannot be read; `what` names the part."""

    def __init__(self, *, what: str) -> None:
        sentence = _("These opening hours cannot be read: %(what)s.") % {"what": what}
        super().__init__("calendars.bad_hours", sentence, what=what)
