"""What has arrived of one channel direction: one number, `next`."""

from typing import Final

from reachback_wire.link_errors import RemoteError
from reachback_wire.units import DataUnit, Unit

LARGEST: Final = 2**53 - 2**32
"""No stream passes this offset: browsers count to 2^53-1, and credit needs room beyond."""


class Receiver:
    """What has arrived of one channel direction, in order and once; outlives connections."""

    __slots__ = ("at", "next")

    def __init__(self, next: int = 0) -> None:  # noqa: A002 - link.md's and QUIC's word
        self.next = next
        """The offset of the next new unit: everything below has been handed on."""
        self.at: int | None = None
        """Where the sender stands on this connection; None until its first SEEK."""

    def disconnect(self) -> None:
        """The connection is gone: nothing counts until the next SEEK."""
        self.at = None

    def seek(self, offset: int) -> None:
        """SEEK arrived: the next unit stands at `offset`."""
        self.at = offset

    def accept(self, unit: Unit) -> tuple[int, Unit] | None:
        """The new part of `unit` and its offset; None for repeats, and for units behind a hole.

        RemoteError for a GAP that declares missing what has partly arrived.
        """
        start = self.at
        if start is None:
            return None
        end = start + unit.length
        if end > LARGEST:
            raise RemoteError("offset", "An offset is beyond 2^53-2^32, where no stream ever is.")
        self.at = end
        following = self.next
        if start > following or end <= following:
            return None
        self.next = end
        if start == following:
            return following, unit
        if isinstance(unit, DataUnit):
            return following, DataUnit(unit.data[following - start :])
        raise RemoteError("gap-overlap", "A gap declares missing what has already arrived.")
