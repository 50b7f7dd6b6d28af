"""A WebSocket client on an asyncio transport: wsproto shakes hands, wire's framing goes on.

A message wakes no task here, as in a browser: what a benchmark measures is the server's.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, Request

from reachback_wire.link import RemoteError
from reachback_wire.websocket import MessageStream


class RefusedUpgradeError(Exception):
    """The front did not accept the WebSocket; `status` is HTTP's."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class ClientSocket(asyncio.Protocol):
    """An open WebSocket; `ended` is done when the connection is gone."""

    def __init__(self, writer: asyncio.StreamWriter, early: bytes) -> None:
        self._writer = writer  # kept, because a collected writer closes its transport
        self._transport = cast("asyncio.Transport", writer.transport)
        self._early = early
        self._stream = MessageStream(client=True, max_message=131_072)
        self._hear: Callable[[bytes], None] = lambda _: None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def closing(self) -> bool:
        return self._transport.is_closing()

    def listen(self, hear: Callable[[bytes], None]) -> None:
        """Hand on messages from now on."""
        self._hear = hear
        early, self._early = self._early, b""
        if early:
            self.data_received(early)
        if not self.closing:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._stream.receive(data):
                self._hear(message)
        except RemoteError:
            # A test that wrote around the link gets acknowledgements that do not fit.
            self.abort()
        self.raw(self._stream.replies())
        if self._stream.closed:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def raw(self, data: bytes) -> None:
        if data and not self.closing:
            self._transport.write(data)

    def message(self, data: bytes) -> None:
        self.raw(self._stream.message(data))

    def abort(self) -> None:
        self._transport.abort()


async def upgraded(host: str, port: int, request: Request) -> ClientSocket:
    """Dial and shake hands; RefusedUpgradeError, or ConnectionError when the front hangs up."""
    reader, writer = await asyncio.open_connection(host, port, limit=262_144)
    shaking = WSConnection(ConnectionType.CLIENT)
    writer.write(shaking.send(request))
    try:
        shaking.receive_data(await reader.readuntil(b"\r\n\r\n"))
        answer = next(iter(shaking.events()))
    except asyncio.IncompleteReadError as problem:
        writer.transport.abort()
        raise ConnectionResetError("The front hung up.") from problem
    if isinstance(answer, RejectConnection):
        writer.transport.abort()
        raise RefusedUpgradeError(answer.status_code)
    assert isinstance(answer, AcceptConnection)
    transport = cast("asyncio.Transport", writer.transport)
    transport.pause_reading()
    reader.feed_eof()  # so that what came with the answer can be taken out
    socket = ClientSocket(writer, await reader.read())
    transport.set_protocol(socket)
    return socket
