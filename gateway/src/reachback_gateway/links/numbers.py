"""Which channel numbers each device has used: a new channel gets one above all of them.

Kept over the device's connections. A channel that ended a moment ago may still hold its number on
the device when the next connection no longer lists it.
"""

from collections.abc import Iterable
from typing import Final

FIRST_CH: Final = 16


class Numbers:
    """The largest channel number seen of each device, by its id."""

    def __init__(self) -> None:
        self._largest: dict[str, int] = {}

    def seen(self, device: str, numbers: Iterable[int]) -> None:
        """A device listed channels with these numbers."""
        self._largest[device] = max([self._largest.get(device, FIRST_CH - 1), *numbers])

    def next(self, device: str) -> int:
        """A number nobody has on this device."""
        self.seen(device, [self._largest.get(device, FIRST_CH - 1) + 1])
        return self._largest[device]
