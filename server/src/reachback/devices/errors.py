"""The errors of devices.

ReachbackError
  EnrolmentRefused      403  token unknown, spent or expired; 409 key-known
  DeviceRefused         403  a HELLO that does not hold
NotFound
  UnknownDevice         404  no such device, or not for this actor
NotPermitted
  MayNotEnrol           403
"""

from django.utils.translation import gettext as _

from reachback.kernel.errors import NotFound, NotPermitted, ReachbackError


class EnrolmentRefused(ReachbackError):
    """An enrolment that is not allowed; `code` says why."""

    status = 403


class KeyAlreadyKnown(EnrolmentRefused):
    """The device's key was enrolled before: a copied disk, or the same device twice."""

    status = 409

    def __init__(self) -> None:
        super().__init__("key-known", _("A device with this key is already enrolled."))


class DeviceRefused(ReachbackError):
    """A device's HELLO that does not hold; `code` is one of documents.md."""

    status = 403


class UnknownDevice(NotFound):
    """No such device, or none this actor may know of."""

    def __init__(self) -> None:
        super().__init__("device-unknown", _("There is no such device."))


class MayNotEnrol(NotPermitted):
    """Only the provider's technicians, managers and administrators enrol devices."""

    def __init__(self) -> None:
        super().__init__("may-not-enrol", _("You may not enrol devices."))
