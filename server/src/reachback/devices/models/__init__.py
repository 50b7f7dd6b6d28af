"""The nouns of devices, one file each."""

from reachback.devices.models.alert import Alert
from reachback.devices.models.check import Check, CheckChange
from reachback.devices.models.device import Device
from reachback.devices.models.enrolment import EnrolmentToken
from reachback.devices.models.expectation import Expectation
from reachback.devices.models.head import DeviceHead
from reachback.devices.models.report import AcceptedReport
from reachback.devices.models.restart import Restart
from reachback.devices.models.statement import DeviceStatement

__all__ = [
    "AcceptedReport",
    "Alert",
    "Check",
    "CheckChange",
    "Device",
    "DeviceHead",
    "DeviceStatement",
    "EnrolmentToken",
    "Expectation",
    "Restart",
]
