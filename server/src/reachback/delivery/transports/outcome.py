"""What became of one attempt. Whose fault and whether to try again is in the type."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Accepted:
    """The other side took responsibility; `answer` is what it said."""

    answer: str


@dataclass(frozen=True)
class Refused:
    """It will never be taken: wrong address, closed mailbox, revoked subscription."""

    answer: str
    address_gone: bool = False


@dataclass(frozen=True)
class Later:
    """Not now: no connection, mailbox busy, our own settings are wrong."""

    answer: str


Outcome = Accepted | Refused | Later
