"""One session channel on its way through the control process: no keys, no copies, no opinions.

The holder keeps the units; here lie only those that the link has not taken yet (256 KiB at most).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from reachback_connector import unix
from reachback_connector.errors import NetworkError
from reachback_connector.units_as_frames import unit_of
from reachback_wire.frames import (
    Ack,
    Channels,
    Close,
    Credit,
    Ctrl,
    Data,
    Decoder,
    Frame,
    Gap,
    RemoteError,
    Resume,
    ResumeEntry,
    Seek,
    UnitFrame,
    encode,
)
from reachback_wire.link.outbound import encode_unit
from reachback_wire.units import DataUnit, GapUnit, Unit

CH: Final = 1
WINDOW: Final = 262_144
_PATIENCE: Final = 5.0


class Upstream(Protocol):
    """What a relay tells the link it belongs to."""

    def relay_has_units(self, ch: int) -> None: ...

    def relay_accepted(self, ch: int, offset: int) -> None: ...

    def relay_credits(self, ch: int, limit: int) -> None: ...

    def relay_closed(self, ch: int, value: dict[str, Any]) -> None: ...

    def relay_heard(self) -> None:
        """One read of the holder's socket has been told: now is the time to write."""


class Relay(asyncio.Protocol):
    """A holder's connection, and the `Source` the link reads its units from."""

    def __init__(self, ch: int, upstream: Upstream) -> None:
        self.ch = ch
        self.state: dict[str, Any] = {}
        self._upstream = upstream
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._units: deque[tuple[int, Unit]] = deque()
        self._position = -1
        self._produced = 0  # never goes back, as the position does with a rewind
        self._granted = 0
        self._input_at = -1
        self.accepted = 0  # input below this has reached the job
        self._closing: dict[str, Any] | None = None
        self._acked = 0
        self._queue: list[bytes] = []

    @classmethod
    async def attach(cls, path: Path, ch: int, upstream: Upstream) -> Relay:
        """Connect to a holder and learn its channel's state. NetworkError when it is gone."""
        loop = asyncio.get_running_loop()
        try:
            sock = unix.connect(path)
            sock.settimeout(0.0)
            _, relay = await loop.create_unix_connection(lambda: cls(ch, upstream), sock=sock)
            async with asyncio.timeout(_PATIENCE):
                await relay.greeted
        except (OSError, TimeoutError) as error:
            raise NetworkError("holder-lost", "The session's process is gone.") from error
        return relay

    @property
    def end(self) -> int:
        """The offset up to which units lie here."""
        return max(self._position, 0)

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        """The unit at `offset`; what lies before it is with the holder and is dropped here."""
        while self._units and self._units[0][0] + self._units[0][1].length <= offset:
            self._units.popleft()
        self._extend(offset)
        if not self._units or self._units[0][0] > offset:
            return None
        start, unit = self._units[0]
        if isinstance(unit, GapUnit):
            self._extend(offset + unit.length)  # a gap may leap far beyond what was granted
        if isinstance(unit, DataUnit):
            return DataUnit(unit.data[offset - start : offset - start + max_bytes])
        return unit

    def _extend(self, offset: int) -> None:
        if offset + WINDOW - self._granted >= WINDOW // 4:
            self._granted = offset + WINDOW
            self._send(Credit(CH, self._granted))

    def _check_known(self, offset: int) -> None:
        """RemoteError when the front names what was never produced."""
        if offset > self._produced:
            raise RemoteError("never-sent", "The server names output that was never sent.")

    def rewind(self, offset: int) -> None:
        """The front wants units from `offset`: ask the holder unless they lie here."""
        self._check_known(offset)
        first = self._units[0][0] if self._units else self._position
        if self._position >= 0 and first <= offset <= self._position:
            return
        self._units.clear()
        self._position = offset
        self._granted = offset + WINDOW
        self._send(Resume((ResumeEntry(CH, offset, self._granted),)))

    def acknowledge(self, offset: int) -> None:
        """The front holds everything below `offset`."""
        self._check_known(offset)
        self._acked = max(self._acked, offset)
        self._send(Ack(CH, offset))
        self._close_when_safe()

    def input(self, offset: int, unit: Unit) -> None:
        """A unit from the technician."""
        if self._input_at != offset:
            self._send(Seek(CH, offset))
        self._queue.append(encode_unit(CH, unit))
        self._input_at = offset + unit.length

    def begin_again(self) -> None:
        """Somebody else types from here on: the holder waits for a SEEK."""
        self._input_at = -1

    def close(self, value: dict[str, Any]) -> None:
        """The technician, or an authority, ends the channel."""
        self._send(Close(CH, value))

    def detach(self) -> None:
        """The link is gone: the holder spools from here on."""
        self.flush()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _send(self, frame: Frame) -> None:
        self._queue.append(encode(frame))

    def flush(self) -> None:
        """Write what was queued for the holder, in one piece."""
        if self._queue:
            if self._transport is not None:
                self._transport.write(b"".join(self._queue))
            self._queue.clear()

    def connection_made(  # type: ignore[explicit-override]  # typing.override needs 3.12
        self, transport: asyncio.BaseTransport
    ) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        try:
            for frame in self._decoder.feed(data):
                self._hear(frame)
        except RemoteError:
            self.detach()
            self._lost()
        self._upstream.relay_heard()

    def connection_lost(  # type: ignore[explicit-override]  # typing.override needs 3.12
        self, exc: Exception | None
    ) -> None:
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError("The session's process left."))
        if self._transport is not None:
            self._transport = None
            self._lost()

    def _lost(self) -> None:
        value = self._closing or {
            "code": "holder-lost",
            "sentence": "The session's process on the device has ended.",
        }
        self._upstream.relay_closed(self.ch, value)

    def _hear(self, frame: Frame) -> None:
        handler = self._HANDLERS.get(type(frame))
        if handler is not None:
            handler(self, frame)

    def _on_channels(self, frame: Channels) -> None:
        self.state = {**frame.value[0], "ch": self.ch} if frame.value else {}
        self._acked = int(self.state.get("acked", 0))
        self.accepted = int(self.state.get("next", 0))
        self._produced = max(self._produced, int(self.state.get("end", 0)))
        if not self.greeted.done():
            self.greeted.set_result(None)

    def _on_unit(self, frame: UnitFrame) -> None:
        unit = unit_of(frame)
        self._units.append((self._position, unit))
        self._position += unit.length
        self._produced = max(self._produced, self._position)
        self._upstream.relay_has_units(self.ch)

    def _on_seek(self, frame: Seek) -> None:
        if frame.offset != self._position:
            self._units.clear()
            self._position = frame.offset

    def _on_ack(self, frame: Ack) -> None:
        self.accepted = max(self.accepted, frame.offset)
        self._upstream.relay_accepted(self.ch, frame.offset)

    def _on_credit(self, frame: Credit) -> None:
        self._upstream.relay_credits(self.ch, frame.limit)

    def _on_close(self, frame: Close) -> None:
        self._closing = frame.value
        self._close_when_safe()

    def _close_when_safe(self) -> None:
        """CLOSE overtakes units on the link, so it waits until the front holds them all."""
        if self._closing is not None and self._acked >= self._position:
            self.detach()
            self._upstream.relay_closed(self.ch, self._closing)
            self._closing = None

    _HANDLERS: Final[dict[type, Callable[[Relay, Any], None]]] = {
        Channels: _on_channels,
        Data: _on_unit,
        Ctrl: _on_unit,
        Gap: _on_unit,
        Seek: _on_seek,
        Ack: _on_ack,
        Credit: _on_credit,
        Close: _on_close,
    }
