"""Byte pipes between links that an adversary holds: cut anywhere, delayed, replaced."""

from dataclasses import dataclass, field

from reachback_wire.link import Event, Link
from reachback_wire.units import CtrlUnit, DataUnit, Unit

WINDOW = 3_000


def tokens(unit: Unit) -> list[object]:
    """A unit as comparable tokens: a byte each for DATA, one for CTRL and GAP."""
    if isinstance(unit, DataUnit):
        return list(unit.data)
    if isinstance(unit, CtrlUnit):
        return [(unit.kind, unit.body)]
    return [unit]


@dataclass
class Wire:
    """One connection: two directions of bytes under way, and the link at either end."""

    ends: list[Link]
    under_way: list[bytearray] = field(default_factory=lambda: [bytearray(), bytearray()])

    def write(self, end: int, now: float) -> None:
        """Let the link at `end` write what it may."""
        for message in self.ends[end].transmit(now):
            self.under_way[end] += message

    def deliver(self, end: int, size: int, now: float) -> list[Event]:
        """Hand `size` bytes written at `end` to the other end, wherever that cuts them."""
        piece = bytes(self.under_way[end][:size])
        del self.under_way[end][:size]
        return self.ends[1 - end].receive(piece, now) if piece else []
