"""Input on its way to the terminal: in order, once, and testified at the moment it is accepted."""

from __future__ import annotations

import os
from typing import Final

from reachback_connector.holder.intake import Intake
from reachback_connector.holder.testimony import Testimony
from reachback_connector.platform.port import Platform, Shell
from reachback_wire.units import CtrlUnit, DataUnit, Unit

RESIZE, SIGNAL, EOF = 16, 17, 18
_END_OF_FILE: Final = b"\x04"


class Keyboard(Intake):
    """What came from the technician and has not reached the terminal yet."""

    def __init__(self, shell: Shell, platform: Platform, testimony: Testimony) -> None:
        super().__init__()
        self._shell = shell
        self._platform = platform
        self._testimony = testimony
        self.blocked = False

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
            self._signal(unit.body.decode("ascii", "replace"), now)
        elif unit.kind == EOF:
            self._queue.appendleft((DataUnit(_END_OF_FILE), False))

    def _signal(self, name: str, now: int) -> None:
        """Testified before it is sent: what it makes the job say stands behind it."""
        if name not in self._platform.signals:
            return  # an unknown name is the sender's mistake; the session goes on
        self._testimony.signalled(name, now)
        self._platform.signal_job(self._shell, name)


def _line_end(data: bytes) -> int:
    ends = [at + 1 for mark in (b"\n", b"\r") if (at := data.find(mark)) >= 0]
    return min(ends, default=len(data))
