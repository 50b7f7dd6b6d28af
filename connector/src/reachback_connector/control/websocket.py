"""One WebSocket (RFC 6455) over a dialled connection: the handshake, then messages both ways.

Messages are handed on inside the event loop's read callback: a keystroke wakes no task.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import cast

from reachback_connector.control.address import Address
from reachback_connector.control.carrier import Carrier
from reachback_connector.control.dial import Dialler, read_head
from reachback_connector.errors import ConnectorError, NetworkError
from reachback_wire.link_errors import LinkError
from reachback_wire.websocket import MessageStream

SUBPROTOCOL = "reachback.link.1"
MESSAGE_MOST = 131_072
_GOODBYE = 1.0
_ACCEPT_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class WebSocket(Carrier, asyncio.Protocol):
    """An open WebSocket. `listen` begins the reading; `ended` says how it came to an end."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._writer = writer  # kept, because a collected writer closes its transport
        self._transport = cast("asyncio.Transport", writer.transport)
        self._stream = MessageStream(client=True, max_message=MESSAGE_MOST)
        self._hear: Callable[[list[bytes]], None] = lambda _: None
        self._writable = asyncio.Event()
        self._writable.set()
        self._early = b""
        # Not 0: over TLS asyncio takes nothing waiting (0 >= 0) for too much, and every second
        # message then waited for the next probe, 5 s later.
        self._transport.set_write_buffer_limits(high=1)

    @classmethod
    async def connect(cls, dialler: Dialler, address: Address) -> WebSocket:
        """Dial and upgrade. NetworkError `upgrade` when something on the way removed it."""
        reader, writer = await dialler.open(address)
        try:
            await _upgrade(reader, writer, address, dialler.timeout)
            socket = cls(writer)
            socket._transport.pause_reading()
            # The stream's end is declared so that what came with the answer can be taken from it.
            reader.feed_eof()
            socket._early = await reader.read()
            writer.transport.set_protocol(socket)
        except BaseException:
            writer.close()
            raise
        return socket

    def listen(self, hear: Callable[[list[bytes]], None]) -> None:
        """Hand on messages from now on; what `hear` raises ends the connection with it."""
        self._hear = hear
        if self._early:
            early, self._early = self._early, b""
            self.data_received(early)
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        if self.ended.done():
            return
        try:
            messages = self._stream.receive(data)
            owed = self._stream.replies()
            if owed:
                self._transport.write(owed)
            if messages:
                self._hear(messages)
            if self._stream.closed:
                self._end(None)
        except (LinkError, ConnectorError, OSError) as error:
            self._end(error)
            self._transport.abort()  # at once: nothing of what else it sends is heard

    def eof_received(self) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        self._end(NetworkError("lost", "The server closed the connection."))

    def connection_lost(  # type: ignore[explicit-override]  # typing.override needs 3.12
        self, exc: Exception | None
    ) -> None:
        reason = getattr(exc, "strerror", None) or "the server closed it"
        self._end(NetworkError("lost", f"The connection was lost: {reason}."))
        self._writable.set()

    def pause_writing(self) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        self._writable.clear()

    def resume_writing(self) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        self._writable.set()

    def send(self, message: bytes) -> None:
        """Queue one binary message; the link's window bounds what may be outstanding."""
        if not self._transport.is_closing():
            self._transport.write(self._stream.message(message))

    @property
    def unwritten(self) -> bool:
        """Whether the kernel has not yet taken everything that was sent."""
        return not self._writable.is_set()

    async def drained(self) -> None:
        """Until `unwritten` is false, or the connection is gone."""
        await self._writable.wait()

    @property
    def local_address(self) -> str:
        name = self._transport.get_extra_info("sockname")
        return str(name[0]) if name else ""

    def abort(self) -> None:
        """Drop the connection at once."""
        self._transport.abort()

    async def close(self) -> None:
        """Say good-bye, close, and see the socket gone; after a second it is cut."""
        if not self._transport.is_closing():
            self._transport.write(self._stream.close())
            self._transport.close()
        await asyncio.wait({self.ended}, timeout=_GOODBYE)
        self._transport.abort()


async def _upgrade(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: Address, patience: float
) -> None:
    key = base64.b64encode(secrets.token_bytes(16))
    lines = [
        f"GET {address.path} HTTP/1.1",
        f"Host: {address.authority}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    status, fields = await read_head(reader, patience, what="server")
    proof = base64.b64encode(hashlib.sha1(key + _ACCEPT_SALT, usedforsecurity=False).digest())
    if status != 101 or fields.get("sec-websocket-accept", "") != proof.decode():
        raise NetworkError("upgrade", _no_upgrade(address, status))
    if fields.get("sec-websocket-protocol", "") != SUBPROTOCOL:
        raise NetworkError(
            "upgrade", f"{address.host} does not speak {SUBPROTOCOL}; is this the server?"
        )


def _no_upgrade(address: Address, status: int) -> str:
    return (
        f"{address.authority} answered {status or 'something else'} instead of switching to a "
        "WebSocket: a proxy on the way removes the Upgrade header, or this is not the server."
    )
