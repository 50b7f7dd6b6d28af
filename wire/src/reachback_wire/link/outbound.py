"""One channel we send: where it stands on this connection, and its units as bytes."""

from dataclasses import dataclass

from reachback_wire.frames import Gap, Seek, encode
from reachback_wire.frames.encoding import ctrl, data
from reachback_wire.streams import Source
from reachback_wire.units import CtrlUnit, DataUnit, Unit


@dataclass(slots=True)
class Outbound:
    """One channel we send: where it stands on this connection, and how far it may go."""

    ch: int
    source: Source
    priority: int
    cursor: int
    credit: int
    seek: bool = True
    parked: bool = False

    @property
    def ready(self) -> bool:
        """Whether it has a unit it may send."""
        return not self.parked and self.cursor < self.credit and self.cursor < self.source.end

    def take(self, max_bytes: int) -> bytes:
        """The next unit as bytes, with its SEEK when due; empty when the source has none yet."""
        unit = self.source.read(self.cursor, min(max_bytes, self.credit - self.cursor))
        if unit is None:
            self.parked = True
            return b""
        encoded = encode_unit(self.ch, unit)
        if self.seek:
            encoded = encode(Seek(self.ch, self.cursor)) + encoded
            self.seek = False
        self.cursor += unit.length
        return encoded

    def rewind(self, offset: int, credit: int) -> None:
        """Go on from `offset` after a SEEK."""
        self.cursor = offset
        self.credit = max(self.credit, credit)
        self.seek = True
        self.parked = False


def encode_unit(ch: int, unit: Unit) -> bytes:
    """The frame of a unit."""
    if isinstance(unit, DataUnit):
        return data(ch, unit.data)
    if isinstance(unit, CtrlUnit):
        return ctrl(ch, unit.kind, unit.body)
    return encode(Gap(ch, unit.length, unit.time, unit.salt, unit.sha256))
