"""One local TCP connection joined to one channel of the session."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, Final

from reachback_wire.link import BULK, Link
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import CtrlUnit, DataUnit, Unit

WINDOW: Final = 1_048_576
EXIT, EOF, HALF_END = 5, 18, 15
_READ: Final = 65_536


class Joined:
    """A local program's connection; what the device has not acknowledged is kept here."""

    def __init__(
        self,
        ch: int,
        key: str,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        wake: Callable[[], None],
    ) -> None:
        self.ch = ch
        self.key = key
        self.opened = False
        self.account: dict[str, Any] = {}
        self.over = asyncio.Event()
        self._reader, self._writer = streams
        self._wake = wake
        self._typed = SendBuffer(WINDOW)
        self._receiver = Receiver()
        self._arrived: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._waiting = 0
        self._granted = WINDOW
        self._room = asyncio.Event()
        self._room.set()
        self._link: Link | None = None

    # The link's side

    def carry(self, link: Link) -> None:
        """A new connection to the front carries this channel from here on."""
        self._link = link
        self._receiver.disconnect()
        link.expect(self.ch, self._receiver)
        link.attach(self.ch, self._typed, priority=BULK, next=self._typed.acked)

    def lost(self) -> None:
        """The connection to the front is gone; nothing of ours is."""
        self._link = None

    def state(self) -> dict[str, Any]:
        """The channel as CHANNELS lists it."""
        self._granted = self._receiver.next - self._waiting + WINDOW
        positions = {"next": self._receiver.next, "credit": self._granted}
        ends = {"end": self._typed.end, "acked": self._typed.acked}
        return {"ch": self.ch, "key": self.key, "kind": "tunnel", **positions, **ends}

    def acked(self, offset: int) -> None:
        """The device holds what is below `offset`."""
        self._typed.ack(offset)
        self._room.set()

    def unit(self, unit: Unit) -> None:
        """Something came from the device, in order and once."""
        if isinstance(unit, DataUnit):
            self._waiting += unit.length
            self._arrived.put_nowait(unit.data)
        elif isinstance(unit, CtrlUnit) and unit.kind == HALF_END:
            self._arrived.put_nowait(b"")
        elif isinstance(unit, CtrlUnit) and unit.kind == EXIT:
            self.account = json.loads(unit.body[24:])
            self.end()
        self._extend()

    def end(self) -> None:
        """Nothing more will come; what has come is still written."""
        self._arrived.put_nowait(None)

    def _extend(self) -> None:
        """Acknowledge, and let the device send as far as the local program reads."""
        limit = self._receiver.next - self._waiting + WINDOW
        if self._link is not None and limit - self._granted >= WINDOW // 8:
            self._granted = limit
            self._link.grant_credit(self.ch, limit)
            self._wake()

    # The local program's side

    async def run(self) -> None:
        """Until both sides are done with it."""
        reading = asyncio.create_task(self._read())
        try:
            await self._write()
        except OSError:
            self.over.set()
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
            self.over.set()
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _read(self) -> None:
        while True:
            while not self._typed.room:
                self._room.clear()
                await self._room.wait()
            try:
                data = await self._reader.read(min(_READ, self._typed.room))
            except OSError:
                data = b""
            if data:
                self._typed.write(data)
            else:
                self._typed.control(EOF, b"")
            if self._link is not None:
                self._link.wake(self.ch)
            self._wake()
            if not data:
                return

    async def _write(self) -> None:
        while (data := await self._arrived.get()) is not None:
            if data:
                self._writer.write(data)
                await self._writer.drain()
                self._waiting -= len(data)
                self._extend()
            else:
                self._writer.write_eof()
