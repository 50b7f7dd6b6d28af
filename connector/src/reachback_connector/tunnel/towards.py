"""What the technician sends through a tunnel: in order, once, and testified when it was handed on.

Content stays out of the record unless the contract demands recording: a leaf then holds the salted
hash of the bytes (REDACTED in docs/protocols/link.md) instead of the bytes.
"""

from __future__ import annotations

import hashlib
import socket
from typing import Final

from reachback_connector.holder.intake import Intake
from reachback_connector.holder.testimony import LEAF_BYTES, Testimony
from reachback_wire.units import CtrlUnit, DataUnit, Unit

EOF: Final = 18


class Towards(Intake):
    """The direction technician → target. Accepted is what the device's kernel has taken."""

    window = 262_144

    def __init__(self, testimony: Testimony, *, keeps_content: bool) -> None:
        super().__init__()
        self._testimony = testimony
        self._keeps_content = keeps_content
        self._untold = bytearray()
        self._eof = False
        self._digest = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def pending(self) -> bool:
        """Whether bytes wait for the target."""
        return bool(self._queue)

    @property
    def finished(self) -> bool:
        """Whether the technician's half is over and all of it was handed on."""
        return self._eof and not self._queue

    @property
    def untold(self) -> bool:
        """Whether bytes were handed on that no leaf covers yet."""
        return bool(self._untold)

    def hand_on(self, sock: socket.socket, now: int) -> None:
        """Give the target what it takes. OSError when its connection is gone."""
        while self._queue:
            unit, counted = self._queue[0]
            if self._eof or not isinstance(unit, DataUnit):
                self._command(self.pop())
                continue
            try:
                sent = sock.send(unit.data)
            except BlockingIOError:
                return
            self._taken(unit.data[:sent], now, counted=counted)
            self._queue.popleft()
            if sent < len(unit.data):
                self._queue.appendleft((DataUnit(unit.data[sent:]), counted))

    def _command(self, unit: Unit) -> None:
        """EOF ends our half; other commands, and what follows the end, mean nothing here."""
        self._eof = self._eof or (isinstance(unit, CtrlUnit) and unit.kind == EOF)

    def _taken(self, data: bytes, now: int, *, counted: bool) -> None:
        self.bytes += len(data)
        self._digest.update(data)
        self._waiting -= len(data) if counted else 0
        self.moved = True
        for at in range(0, len(data), LEAF_BYTES):
            part = data[at : at + LEAF_BYTES]
            if len(self._untold) + len(part) > LEAF_BYTES:
                self.tell(now)
            self._untold += part

    def tell(self, now: int) -> None:
        """Put what was handed on under a leaf."""
        if self._untold:
            data = bytes(self._untold)
            self._untold.clear()
            self._testimony.input(data, now, secret=not self._keeps_content)

    def drop(self) -> None:
        """The target is gone: what waits reaches nobody, and is told as never handed on."""
        self._queue.clear()
        self._waiting = 0
        self.moved = True
