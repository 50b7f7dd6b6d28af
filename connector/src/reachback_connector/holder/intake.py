"""Input on its way to a holder's job: in order, once, and credited as the job takes it."""

from __future__ import annotations

from collections import deque

from reachback_connector.units_as_frames import unit_of
from reachback_wire.frames import UnitFrame
from reachback_wire.streams import Receiver
from reachback_wire.units import DataUnit, Unit


class Intake:
    """What came from the technician and has not reached the job yet.

    A kind takes units from `_queue` and lowers `_waiting` by those that counted. `window` is how
    many bytes beyond what the job took are welcome.
    """

    window = 65_536

    def __init__(self) -> None:
        self._receiver = Receiver()
        self._queue: deque[tuple[Unit, bool]] = deque()
        self._waiting = 0
        self.moved = False

    @property
    def accepted(self) -> int:
        """Everything below this offset has reached the job."""
        return self._receiver.next - self._waiting

    @property
    def credit(self) -> int:
        return self.accepted + self.window

    def first(self, data: bytes) -> None:
        """The first bytes, signed within OPEN; they are no part of the stream's offsets."""
        self._queue.append((DataUnit(data), False))

    def disconnect(self) -> None:
        """The relay is gone; units count again after the next SEEK."""
        self._receiver.disconnect()

    def begin_again(self) -> int:
        """Somebody else types from here on: what waits is dropped, the next SEEK begins anew."""
        offset = self.accepted
        self._queue.clear()
        self._waiting = 0
        self._receiver = Receiver(offset)
        self.moved = True
        return offset

    def seek(self, offset: int) -> None:
        self._receiver.seek(offset)

    def receive(self, frame: UnitFrame) -> None:
        """A unit from the relay; repeats are dropped."""
        fresh = self._receiver.accept(unit_of(frame))
        if fresh is None:
            self.moved = True
            return
        self._queue.append((fresh[1], True))
        self._waiting += fresh[1].length

    def pop(self) -> Unit:
        """The next unit, taken: the technician's browser may forget it."""
        unit, counted = self._queue.popleft()
        self._waiting -= unit.length if counted else 0
        self.moved = True
        return unit
