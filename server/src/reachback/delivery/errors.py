"""What can go wrong when something is to be delivered.

NotFound
  NoSuchDelivery      not there, or not for this actor
NotPermitted
  MayNotTryAgain      looking is not sending
Conflict
  NothingToTry        it arrived, or the person does not want it
  SecretIsGone        a finished sign-in mail's link was removed
  NoBrowser           nothing to send a test to
ReachbackError (400)
  NotAPerson          a device or the system has no preferences and no browser
  UnknownChannel      no such way out
  BadSubscription     not an address of a push service
"""

from uuid import UUID

from django.utils.translation import gettext

from reachback.kernel.errors import Conflict, NotFound, NotPermitted, ReachbackError


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


class NoSuchDelivery(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__(
            "delivery.no_such_delivery",
            gettext("There is no such message."),
            delivery_id=delivery_id,
        )


class MayNotTryAgain(NotPermitted):
    """Looking is not sending."""

    def __init__(self) -> None:
        super().__init__(
            "delivery.may_not_try_again",
            gettext("Only an administrator or operations manager may send a message again."),
        )


class NothingToTry(Conflict):
    """It arrived, or the person does not want it."""

    def __init__(self) -> None:
        super().__init__(
            "delivery.nothing_to_try",
            gettext("This message is finished: it arrived, or the person does not want it."),
        )


class SecretIsGone(Conflict):
    """A finished sign-in mail's link was removed."""

    def __init__(self) -> None:
        super().__init__(
            "delivery.secret_is_gone",
            gettext(
                "Its sign-in link was removed when it was given up. Send a new mail from the"
                " person's page."
            ),
        )


class NoBrowser(Conflict):
    """Nothing to send a test to."""

    def __init__(self) -> None:
        super().__init__(
            "delivery.no_browser",
            gettext("None of your devices takes notifications yet. Switch one on first."),
        )
