"""Input on its way to the terminal: in order, once, and testified at the moment it is accepted."""

from __future__ import annotations

import os
from collections import deque
from typing import Final

from reachback_connector.holder.testimony import Testimony
from reachback_connector.platform.port import Platform, Shell
from reachback_connector.units_as_frames import unit_of
from reachback_wire.frames import UnitFrame
from reachback_wire.streams import Receiver
from reachback_wire.units import CtrlUnit, DataUnit, Unit

WINDOW: Final = 65_536
RESIZE, SIGNAL, EOF = 16, 17, 18
_END_OF_FILE: Final = b"\x04"


class Keyboard:
    """What came from the technician and has not reached the terminal yet."""

    def __init__(self, shell: Shell, platform: Platform, testimony: Testimony) -> None:
        self._shell = shell
        self._platform = platform
        self._testimony = testimony
        self._receiver = Receiver()
        self._queue: deque[tuple[Unit, bool]] = deque()
        self._waiting = 0
        self.blocked = False
        self.moved = False

    @property
    def accepted(self) -> int:
        """Everything below this offset has reached the terminal and is testified."""
        return self._receiver.next - self._waiting

    @property
    def credit(self) -> int:
        return self.accepted + WINDOW

    def first(self, data: bytes) -> None:
        """The first bytes, signed within OPEN; they are no part of the stream's offsets."""
        self._queue.append((DataUnit(data), False))

    def disconnect(self) -> None:
        """The relay is gone; units count again after the next SEEK."""
        self._receiver.disconnect()

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

    def press(self, now: int) -> None:
        """Hand to the terminal what it takes. Each line is judged by the echo flag it meets."""
        self.blocked = False
        while self._queue and not self.blocked:
            unit, counted = self._queue.popleft()
            if isinstance(unit, DataUnit):
                self._type(unit.data, now, counted=counted)
            else:
                self._command(unit, now)
                self._waiting -= unit.length if counted else 0
                self.moved = True

    def _type(self, data: bytes, now: int, *, counted: bool) -> None:
        line = data[: _line_end(data)]
        secret = self._platform.input_is_secret(self._shell.terminal)
        try:
            written = os.write(self._shell.terminal, line)
        except BlockingIOError:
            written = 0
        except OSError:
            self._waiting -= len(data) if counted else 0
            return
        if written:
            self._testimony.input(line[:written], now, secret=secret)
            self._waiting -= written if counted else 0
            self.moved = True
        if written < len(line):
            self.blocked = True
        if written < len(data):
            self._queue.appendleft((DataUnit(data[written:]), counted))

    def _command(self, unit: Unit, now: int) -> None:
        if not isinstance(unit, CtrlUnit):
            return
        if unit.kind == RESIZE and len(unit.body) == 4:
            columns, rows = (
                int.from_bytes(unit.body[:2], "big"),
                int.from_bytes(unit.body[2:], "big"),
            )
            self._platform.resize(self._shell.terminal, columns, rows)
            self._testimony.resize(columns, rows, now)
        elif unit.kind == SIGNAL:
            self._signal(unit.body.decode("ascii", "replace"))
        elif unit.kind == EOF:
            self._queue.appendleft((DataUnit(_END_OF_FILE), False))

    def _signal(self, name: str) -> None:
        try:
            self._platform.signal_job(self._shell, name)
        except ValueError:
            return  # an unknown name is the sender's mistake; the session goes on


def _line_end(data: bytes) -> int:
    ends = [at + 1 for mark in (b"\n", b"\r") if (at := data.find(mark)) >= 0]
    return min(ends, default=len(data))
