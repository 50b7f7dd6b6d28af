"""What may be done to devices, one write operation per module."""

from reachback.devices.operations.accept_hello import Linked, accept_hello
from reachback.devices.operations.accept_reports import accept_reports
from reachback.devices.operations.enrol import Enrolled, EnrolmentRequest, enrol
from reachback.devices.operations.expect_device import expect_device, stop_expecting
from reachback.devices.operations.keep_statement import keep_statement
from reachback.devices.operations.lose_link import lose_link
from reachback.devices.operations.make_token import NewToken, make_token

__all__ = [
    "Enrolled",
    "EnrolmentRequest",
    "Linked",
    "NewToken",
    "accept_hello",
    "accept_reports",
    "enrol",
    "expect_device",
    "keep_statement",
    "lose_link",
    "make_token",
    "stop_expecting",
]
