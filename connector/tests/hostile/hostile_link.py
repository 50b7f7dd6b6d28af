"""The hostile gateway's side of one device's connection: frames as bytes, with no `Link` to help.

Nothing here keeps the protocol's promises by itself, so that an attack can break each of them.
"""

import asyncio
from collections.abc import Callable

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request

from reachback_wire.frames import (
    Ack,
    Credit,
    Ctrl,
    Data,
    Decoder,
    Frame,
    Gap,
    LinkAck,
    Ping,
    Pong,
    Seek,
    encode,
)

PATIENCE = 60.0


class Closed(Exception):
    """The device has ended the connection."""


class DeviceLink:
    """One WebSocket of one device; what it said is kept in `heard`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ws = WSConnection(ConnectionType.SERVER)
        self._decoder = Decoder()
        self._changed = asyncio.Event()
        self.heard: list[Frame] = []
        self.offsets: dict[int, int] = {}
        self.closed = False
        self.on_frame: Callable[[Frame], None] = lambda _frame: None

    def accept(self, head: bytes) -> None:
        """Switch to the WebSocket protocol."""
        self._ws.receive_data(head)
        request = next(iter(self._ws.events()))
        assert isinstance(request, Request)
        self._writer.write(self._ws.send(AcceptConnection(subprotocol=request.subprotocols[0])))

    async def read(self) -> None:
        """Until the device ends it; every frame is heard, and acknowledged as a front would."""
        try:
            while not self.closed and (data := await self._reader.read(65_536)):
                self._ws.receive_data(data)
                for event in self._ws.events():
                    if isinstance(event, BytesMessage):
                        self._message(bytes(event.data))
                    elif isinstance(event, CloseConnection):
                        self.closed = True
        except OSError:
            pass
        self.closed = True
        self._changed.set()

    def _message(self, data: bytes) -> None:
        frames = self._decoder.feed(data)
        counted = False
        for frame in frames:
            counted = counted or not isinstance(frame, LinkAck | Ping | Pong)
            if isinstance(frame, Ping):
                self.send(Pong(frame.token))
            self.heard.append(frame)
            self.on_frame(frame)
        if counted:
            self.send(LinkAck(self._decoder.total, 0))
        self._changed.set()

    def raw(self, data: bytes) -> None:
        """One binary message with these bytes, whatever they are."""
        if not self._writer.is_closing():
            self._writer.write(self._ws.send(BytesMessage(data=data)))

    def send(self, *frames: Frame) -> None:
        self.raw(b"".join(map(encode, frames)))

    def unit(self, frame: Data | Ctrl | Gap) -> None:
        """A unit where the channel stands, after a SEEK if it is the first."""
        at = self.offsets.get(frame.ch)
        if at is None:
            at = self.offsets[frame.ch] = 0
            self.send(Seek(frame.ch, 0))
        length = len(frame.data) if isinstance(frame, Data) else 1
        self.offsets[frame.ch] = at + length
        self.send(frame)

    def take(self, ch: int, offset: int) -> None:
        """Acknowledge and give credit, as the recorder's front does."""
        self.send(Ack(ch, offset), Credit(ch, offset + 4_000_000))

    def abort(self) -> None:
        self._writer.transport.abort()

    async def until(self, what: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait for a fact that the device's frames bring about. Closed, TimeoutError."""
        async with asyncio.timeout(seconds):
            while not what():
                if self.closed:
                    raise Closed
                self._changed.clear()
                await self._changed.wait()

    async def answers(self) -> bool:
        """Whether the device still answers a PING on this connection."""
        token = len(self.heard).to_bytes(8, "big")
        self.send(Ping(token))
        try:
            await self.until(lambda: Pong(token) in self.heard)
        except Closed:
            return False
        return True
