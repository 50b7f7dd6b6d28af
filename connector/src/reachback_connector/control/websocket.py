"""One WebSocket (RFC 6455) as bytes in, bytes out: wsproto over a dialled connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from reachback_connector.control.address import Address
from reachback_connector.control.dial import Dialler
from reachback_connector.errors import NetworkError

SUBPROTOCOL = "reachback.link.1"
_READ = 65_536


class WebSocket:
    """An open WebSocket. `messages()` yields bytes as they come, cut anywhere."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timeout: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout = timeout
        self._wire = WSConnection(ConnectionType.CLIENT)
        self._closed = False
        self._early: list[Event] = []  # what stood in the same read as the answer
        writer.transport.set_write_buffer_limits(high=0)

    @classmethod
    async def connect(cls, dialler: Dialler, address: Address) -> WebSocket:
        """Dial and upgrade. NetworkError `upgrade` when something on the way removed it."""
        reader, writer = await dialler.open(address)
        socket = cls(reader, writer, dialler.timeout)
        try:
            await socket._upgrade(address)
        except BaseException:
            writer.close()
            raise
        return socket

    async def _upgrade(self, address: Address) -> None:
        request = Request(host=address.authority, target=address.path, subprotocols=[SUBPROTOCOL])
        self._writer.write(self._wire.send(request))
        async with asyncio.timeout(self._timeout):
            events: list[Event] = []
            while not events:
                events = await self._read_events()
        answer, *self._early = events
        if not isinstance(answer, AcceptConnection):
            status = getattr(answer, "status_code", 0)
            raise NetworkError("upgrade", _no_upgrade(address, status))
        self._demand_subprotocol(answer, address)

    def _demand_subprotocol(self, event: AcceptConnection, address: Address) -> None:
        if event.subprotocol != SUBPROTOCOL:
            raise NetworkError(
                "upgrade", f"{address.host} does not speak {SUBPROTOCOL}; is this the server?"
            )

    async def _read_events(self) -> list[Event]:
        try:
            data = await self._reader.read(_READ)
        except OSError as error:
            raise NetworkError("lost", f"The connection was lost: {error.strerror}.") from error
        if not data:
            raise NetworkError("lost", "The server closed the connection.")
        try:
            self._wire.receive_data(data)
            return list(self._wire.events())
        except ProtocolError as error:
            raise NetworkError("upgrade", f"What answers is not a WebSocket: {error}.") from error

    async def messages(self) -> AsyncIterator[bytes]:
        """Bytes of binary messages until the other side closes. NetworkError `lost` on a cut."""
        events, self._early = self._early, []
        while not self._closed:
            for event in events:
                if isinstance(event, BytesMessage):
                    yield bytes(event.data)
                else:
                    self._other(event)
            if not self._closed:
                events = await self._read_events()

    def _other(self, event: Event) -> None:
        if isinstance(event, Ping):
            self._writer.write(self._wire.send(event.response()))
        elif isinstance(event, CloseConnection):
            self._closed = True
        elif isinstance(event, TextMessage):
            raise NetworkError("lost", "The server sent text on a binary link.")

    def send(self, message: bytes) -> None:
        """Queue one binary message; the link's window bounds what may be outstanding."""
        if not self._writer.is_closing():
            self._writer.write(self._wire.send(BytesMessage(data=message)))

    @property
    def unwritten(self) -> bool:
        """Whether the kernel has not yet taken everything that was sent."""
        return self._writer.transport.get_write_buffer_size() > 0

    async def drained(self) -> None:
        """Until `unwritten` is false. OSError when the connection breaks."""
        await self._writer.drain()

    @property
    def local_address(self) -> str:
        name = self._writer.get_extra_info("sockname")
        return str(name[0]) if name else ""

    def abort(self) -> None:
        """Drop the connection at once."""
        self._writer.transport.abort()

    async def close(self, code: int = 1000) -> None:
        """Say good-bye and close."""
        if not self._writer.is_closing():
            with suppress(ProtocolError):
                self._writer.write(self._wire.send(CloseConnection(code=code)))
            self._writer.close()


def _no_upgrade(address: Address, status: int) -> str:
    return (
        f"{address.authority} answered {status or 'something else'} instead of switching to a "
        "WebSocket: a proxy on the way removes the Upgrade header, or this is not the server."
    )
