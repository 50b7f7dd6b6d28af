"""The newest units of a recording in memory, so that who follows live never reads the file."""

from bisect import bisect_right

from reachback_wire.units import CtrlUnit, DataUnit, Unit

_MOST = 262_144
_COST = 96


class Tail:
    """The newest units by offset, about 256 KiB unless told otherwise."""

    __slots__ = ("_held", "_offsets", "_units", "most")

    def __init__(self) -> None:
        self._offsets: list[int] = []
        self._units: list[Unit] = []
        self._held = 0
        self.most = _MOST

    def add(self, offset: int, unit: Unit) -> None:
        self._offsets.append(offset)
        self._units.append(unit)
        self._held += _cost(unit)
        if self._held > self.most:
            self._shorten()

    def _shorten(self) -> None:
        """Drop the older half at once: deleting from a list's front one by one is quadratic."""
        dropped = 0
        while self._held > self.most // 2 and dropped < len(self._units) - 1:
            self._held -= _cost(self._units[dropped])
            dropped += 1
        del self._offsets[:dropped], self._units[:dropped]

    def find(self, offset: int) -> tuple[int, Unit] | None:
        """The unit that holds `offset` and where it begins; None when it is not here."""
        place = bisect_right(self._offsets, offset) - 1
        if place < 0:
            return None
        start, unit = self._offsets[place], self._units[place]
        return (start, unit) if offset < start + unit.length else None


def _cost(unit: Unit) -> int:
    if isinstance(unit, DataUnit):
        return len(unit.data) + _COST
    return _COST + (len(unit.body) if isinstance(unit, CtrlUnit) else 0)
