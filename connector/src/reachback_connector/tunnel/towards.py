"""What the technician sends through a tunnel: in order, once, and testified when it was handed on.

Content stays out of the record unless the contract demands recording: a leaf then holds the salted
hash of the bytes (REDACTED in docs/protocols/link.md) instead of the bytes.
"""

from __future__ import annotations

import hashlib
import socket
from collections import deque
from typing import Final

from reachback_connector.holder.testimony import LEAF_BYTES, Testimony
from reachback_connector.units_as_frames import unit_of
from reachback_wire.frames import UnitFrame
from reachback_wire.streams import Receiver
from reachback_wire.units import CtrlUnit, DataUnit

WINDOW: Final = 262_144
EOF: Final = 18


class Towards:
    """The direction technician → target. Accepted is what the device's kernel has taken."""

    def __init__(self, testimony: Testimony, first: bytes, *, keeps_content: bool) -> None:
        self._testimony = testimony
        self._keeps_content = keeps_content
        self._receiver = Receiver()
        self._queue: deque[tuple[bytes, bool]] = deque([(first, False)] if first else [])
        self._waiting = 0
        self._untold = bytearray()
        self._eof = False
        self._digest = hashlib.sha256()
        self.bytes = 0
        self.moved = False

    @property
    def accepted(self) -> int:
        """Everything below this offset was handed to the target."""
        return self._receiver.next - self._waiting

    @property
    def credit(self) -> int:
        return self.accepted + WINDOW

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

    def disconnect(self) -> None:
        self._receiver.disconnect()

    def seek(self, offset: int) -> None:
        self._receiver.seek(offset)

    def receive(self, frame: UnitFrame) -> None:
        """A unit from the relay; repeats are dropped, and so is what follows the end."""
        fresh = self._receiver.accept(unit_of(frame))
        if fresh is None:
            self.moved = True
            return
        unit = fresh[1]
        if isinstance(unit, DataUnit) and not self._eof:
            self._queue.append((unit.data, True))
            self._waiting += unit.length
            return
        self._eof = self._eof or (isinstance(unit, CtrlUnit) and unit.kind == EOF)
        self.moved = True

    def hand_on(self, sock: socket.socket, now: int) -> None:
        """Give the target what it takes. OSError when its connection is gone."""
        while self._queue:
            data, counted = self._queue[0]
            try:
                sent = sock.send(data)
            except BlockingIOError:
                return
            self._taken(data[:sent], now, counted=counted)
            if sent < len(data):
                self._queue[0] = (data[sent:], counted)
            else:
                self._queue.popleft()

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
