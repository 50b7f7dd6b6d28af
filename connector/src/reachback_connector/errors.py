"""The connector's error tree. Every error carries a code, a sentence, and an exit status.

ConnectorError
├── UsageError            2  the command line or a configuration file is wrong
├── RefusedByServer       3  the server answered, and said no
├── FingerprintMismatch   4  the customer's keys are not the ones the customer named
├── NetworkError          5  the server could not be reached; `block` names what stood in the way
├── StateError            6  the state directory is missing, unreadable or full
├── HelperUnavailable     7  the root helper does not answer
└── HelperRefused         8  the root helper answered with a refusal
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Something that ends a command with a sentence; `status` is the process's exit status."""

    status = 1

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class UsageError(ConnectorError):
    """The command line or a configuration file is wrong."""

    status = 2


class RefusedByServer(ConnectorError):
    """The server answered, and said no."""

    status = 3


class FingerprintMismatch(ConnectorError):
    """The keyset that arrived is not the one whose fingerprint the customer gave."""

    status = 4


class NetworkError(ConnectorError):
    """The server could not be reached; `code` names the block: dns, connect, proxy, tls, …"""

    status = 5


class StateError(ConnectorError):
    """The state directory is missing, unreadable, damaged or full."""

    status = 6


class HelperUnavailable(ConnectorError):
    """The root helper does not answer on its socket."""

    status = 7


class HelperRefused(ConnectorError):
    """The root helper answered with a refusal."""

    status = 8
