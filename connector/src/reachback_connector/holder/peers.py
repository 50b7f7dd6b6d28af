"""Connections to the holder's Unix socket: the relay that carries the channel, or one that cuts.

The same frames as on the link (docs/protocols/link.md), always with channel number 1. The holder
speaks first: CHANNELS with the channel's state. A connection becomes the relay with its RESUME;
an older relay is then dropped (a restarted control process wins over its dead predecessor).
"""

from __future__ import annotations

import socket

from reachback_connector.holder.log import UnitLog
from reachback_wire.frames import Ack, Close, Credit, Decoder, Frame, Seek, encode
from reachback_wire.link.outbound import encode_unit
from reachback_wire.units import Unit

CH = 1
_QUEUE_LIMIT = 262_144
_CHUNK = 65_536
_CREDIT_STEP = 16_384  # a quarter of the keyboard's window


class Connection:
    """One accepted connection: a decoder in, a byte queue out."""

    def __init__(self, sock: socket.socket, *, helper: bool = False) -> None:
        self.socket = sock
        self.helper = helper  # of the holder's own user, which control is not where root runs us
        self._decoder = Decoder()
        self._queue = bytearray()

    def fileno(self) -> int:
        return self.socket.fileno()

    def receive(self) -> list[Frame] | None:
        """Frames that arrived; None at the end. RemoteError when the peer breaks the protocol."""
        try:
            data = self.socket.recv(65_536)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self._decoder.feed(data) if data else None

    def send(self, frame: Frame) -> None:
        self._queue += encode(frame)

    def send_unit(self, unit: Unit) -> None:
        self._queue += encode_unit(CH, unit)

    @property
    def queued(self) -> int:
        return len(self._queue)

    def flush(self) -> bool:
        """Write what the socket takes; False when the connection is gone."""
        try:
            while self._queue:
                sent = self.socket.send(self._queue)
                del self._queue[:sent]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def close(self) -> None:
        self.socket.close()


class Relay:
    """The channel as seen over one connection: where we are, and how far we may go."""

    def __init__(self, connection: Connection, log: UnitLog) -> None:
        self.connection = connection
        self._log = log
        self._next = -1
        self.credit = 0
        self._told_credit = 0
        self._closed = False

    def resume(self, offset: int, credit: int) -> None:
        """Send from `offset`; units below what was acknowledged do not exist any more."""
        self._next = max(offset, self._log.acked)
        self.credit = max(self.credit, credit)
        self.connection.send(Seek(CH, self._next))

    @property
    def drained(self) -> bool:
        """Everything produced so far has been handed to the relay."""
        return self._next >= self._log.end

    def pump(self) -> None:
        """Queue units while credit and the queue's bound allow."""
        while self._next < min(self.credit, self._log.end):
            if self.connection.queued > _QUEUE_LIMIT:
                return
            unit = self._log.read(self._next, min(_CHUNK, self.credit - self._next))
            if unit is None:
                return
            self.connection.send_unit(unit)
            self._next += unit.length

    def close(self, code: str, sentence: str) -> None:
        """Tell the other end, once, that nothing follows."""
        if not self._closed and self.drained:
            self._closed = True
            self.connection.send(Close(CH, {"code": code, "sentence": sentence}))

    def accepted(self, offset: int, credit: int) -> None:
        """Input below `offset` is safe; more is welcome up to `credit`, said in large steps."""
        self.connection.send(Ack(CH, offset))
        if credit - self._told_credit >= _CREDIT_STEP:
            self._told_credit = credit
            self.connection.send(Credit(CH, credit))
