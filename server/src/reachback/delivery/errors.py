"""What can go wrong when something is to be delivered.

ReachbackError (400)
  NotAPerson          a device or the system has no preferences and no browser
  UnknownChannel      no such way out
  BadSubscription     not an address of a push service
"""

from django.utils.translation import gettext

from reachback.kernel.errors import ReachbackError


class NotAPerson(ReachbackError):
    """A device or the system has no preferences and no browser."""

    def __init__(self) -> None:
        super().__init__("delivery.not_a_person", gettext("Only people receive messages."))


class UnknownChannel(ReachbackError):
    """No such way out."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            "delivery.unknown_channel",
            gettext("There is no channel “%(channel)s”.") % {"channel": channel[:20]},
            channel=channel,
        )


class BadSubscription(ReachbackError):
    """Not an address of a push service."""

    def __init__(self) -> None:
        super().__init__(
            "delivery.bad_subscription",
            gettext("The push service of this browser has no usable address."),
        )
