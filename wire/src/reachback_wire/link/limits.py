"""The bounds one link keeps, whatever the other end does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes; the defaults are those of docs/protocols/link.md."""

    max_body: int = 65_600
    """Longest frame body accepted."""
    max_message: int = 131_072
    """Longest message written."""
    max_wishes: int = 1_024
    """Unattached channels whose RESUME or CREDIT is remembered."""
    standing_credit: int = 65_536
    """Credit with which channels 1 and 2 begin in both directions."""
