"""A WebSocket taken over from the HTTP server: messages inside the read callback, no task between.

aiohttp answers the request; from the 101 on, the connection is ours.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Final

from aiohttp import web

from reachback_wire.link_errors import RemoteError
from reachback_wire.websocket import MessageStream

SUBPROTOCOL: Final = "reachback.link.1"
MOST: Final = 131_072
_ACCEPT_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_WRITE_MOST: Final = 262_144
"""Bytes waiting for the kernel before writing stops: a quarter of a session's window."""


class LinkSocket(asyncio.Protocol):
    """One open WebSocket. `hear` gets the messages of one read; `fail` a peer's breach."""

    def __init__(self, transport: asyncio.Transport, http: asyncio.BaseProtocol) -> None:
        self._transport = transport
        self._http = http
        self._stream = MessageStream(client=False, max_message=MOST)
        self.hear: Callable[[list[bytes]], None] = lambda _: None
        self.fail: Callable[[RemoteError], None] = lambda _: None
        self.writable: Callable[[], None] = lambda: None
        self.paused = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        transport.set_write_buffer_limits(high=_WRITE_MOST)

    def data_received(self, data: bytes) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """Bytes came (asyncio)."""
        try:
            messages = self._stream.receive(data)
        except RemoteError as problem:
            self.fail(problem)
            return
        owed = self._stream.replies()
        if owed:
            self._transport.write(owed)
        if messages:
            self.hear(messages)
        if self._stream.closed:
            self._transport.close()

    def eof_received(self) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """The peer writes no more: there are no half-open links."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """The connection is gone (asyncio)."""
        self.paused = False
        self._http.connection_lost(exc)
        if not self.gone.done():
            self.gone.set_result(None)

    def pause_writing(self) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """The peer reads slowly (asyncio)."""
        self.paused = True

    def resume_writing(self) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """There is room again (asyncio)."""
        self.paused = False
        self.writable()

    def send(self, message: bytes) -> None:
        """Write one binary message."""
        if not self._transport.is_closing():
            self._transport.write(self._stream.message(message))

    def close(self) -> None:
        """Say CLOSE and close when everything is written."""
        if not self._transport.is_closing():
            self._transport.write(self._stream.close())
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection at once."""
        self._transport.abort()


def accept(request: web.Request) -> LinkSocket | None:
    """Answer the upgrade and take the connection over; None when it is no such request."""
    key = request.headers.get("Sec-WebSocket-Key", "")
    wants = request.headers.get("Upgrade", "").lower() == "websocket"
    version = request.headers.get("Sec-WebSocket-Version", "")
    transport = request.transport
    if not wants or not key or version != "13" or transport is None:
        return None
    socket = LinkSocket(transport, request.protocol)
    transport.set_protocol(socket)
    digest = hashlib.sha1(key.encode() + _ACCEPT_SALT, usedforsecurity=False).digest()
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
    ]
    transport.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    return socket
