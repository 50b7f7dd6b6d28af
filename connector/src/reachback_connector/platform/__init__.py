"""The platform port: everything the connector asks of an operating system, in one place.

Linux is implemented and tested. Windows (ConPTY, a service) and macOS have their place here and
are untested: on them `current()` refuses with a sentence.
"""

from __future__ import annotations

import sys

from reachback_connector.errors import UsageError
from reachback_connector.platform.linux import Linux
from reachback_connector.platform.port import Platform


def current() -> Platform:
    """The implementation for the system this process runs on."""
    if sys.platform != "linux":
        raise UsageError(
            "platform-untested", f"The connector has not been built for {sys.platform} yet."
        )
    return Linux()
