"""The link without WebSocket: messages in the bodies of ordinary requests, two at a time.

The same interface as WebSocket, chosen only where a WebSocket cannot be opened. One connection
holds a request for what the front has to say, another carries what we have to say. Whatever goes
wrong ends the link, and resumption does the rest (docs/protocols/link.md, "Without WebSocket").
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from reachback_connector.control.address import Address
from reachback_connector.control.carrier import Carrier
from reachback_connector.control.dial import Dialler, let_go, read_head
from reachback_connector.errors import ConnectorError, NetworkError
from reachback_wire.link_errors import LinkError
from reachback_wire.polling import BODY_MOST, messages_in, packed

_PATIENCE: Final = 75.0
"""Seconds for one answer; the front holds a request for 50."""


@dataclass(slots=True)
class Way:
    """One kept connection for requests, dialled again when it was closed between two of them."""

    dialler: Dialler
    address: Address
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body; each request may be repeated once, for the front knows its number."""
        kept = self.writer is not None
        try:
            return await self._once(method, path, body)
        except NetworkError:
            await self.close()
            if not kept:
                raise
        return await self._once(method, path, body)

    async def _once(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await self.dialler.open(self.address)
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.address.authority}"]
        head += ["Cache-Control: no-store"]
        if method == "POST":
            head += ["Content-Type: application/octet-stream", f"Content-Length: {len(body)}"]
        try:
            self.writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)
            status, fields = await read_head(self.reader, _PATIENCE, what="server")
            found = await _body(self.reader, status, fields)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            raise NetworkError("lost", "The connection was lost in a request.") from error
        if fields.get("connection", "").lower() == "close":
            await self.close()
        return status, found

    async def close(self) -> None:
        """Let the connection go."""
        writer, self.reader, self.writer = self.writer, None, None
        if writer is not None:
            await let_go(writer)


async def _body(reader: asyncio.StreamReader, status: int, fields: dict[str, str]) -> bytes:
    if status == 204:
        return b""
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = int(fields["content-length"]) if "content-length" in fields else -1
    if not 0 <= length <= BODY_MOST:
        raise NetworkError("lost", "The server answered with a body of no known length.")
    async with asyncio.timeout(_PATIENCE):
        return await reader.readexactly(length)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body (RFC 9112, section 7.1), as some proxies make of any."""
    found = b""
    async with asyncio.timeout(_PATIENCE):
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            if not 0 <= size <= BODY_MOST - len(found):
                raise NetworkError("lost", "The server answered with too long a body.")
            found += (await reader.readexactly(size + 2))[:size]
            if size == 0:
                return found


class Polling(Carrier):
    """An open link of request pairs. `listen` begins the reading; `ended` says how it ended."""

    def __init__(self, dialler: Dialler, address: Address, name: str) -> None:
        super().__init__()
        self._path = f"{address.path}/poll/{name}?n="
        self._hear: Callable[[list[bytes]], None] = lambda _: None
        self._incoming = Way(dialler, address)
        self._outgoing = Way(dialler, address)
        self._waiting: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def connect(cls, dialler: Dialler, address: Address) -> Polling:
        """Ask the front for a connection. NetworkError `polling` when it gives none."""
        way = Way(dialler, address)
        try:
            status, body = await way.ask("POST", f"{address.path}/poll")
        except BaseException:
            await way.close()
            raise
        name = _name(body) if status == 201 else ""
        if not name:
            await way.close()
            raise NetworkError(
                "polling", f"{address.authority} answered {status} to a link without WebSocket."
            )
        found = cls(dialler, address, name)
        found._outgoing = way
        return found

    def listen(self, hear: Callable[[list[bytes]], None]) -> None:
        """Hand on messages from now on; what `hear` raises ends the link with it."""
        self._hear = hear
        loop = asyncio.get_running_loop()
        work = (self._receive(), self._transmit())
        self._tasks = [loop.create_task(self._until_broken(part)) for part in work]

    async def _until_broken(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (LinkError, ConnectorError, OSError) as error:
            self._end(error)

    async def _receive(self) -> None:
        number = 0
        while not self.ended.done():
            status, body = await self._incoming.ask("GET", f"{self._path}{number}")
            _expect(status, 200)
            number += 1
            if found := messages_in(body):
                self._hear(found)

    async def _transmit(self) -> None:
        number = 0
        while not self.ended.done():
            await self._filled.wait()
            status, _ = await self._outgoing.ask("POST", f"{self._path}{number}", self._take())
            _expect(status, 204)
            number += 1
            if not self._waiting:
                self._filled.clear()
                self._sent.set()

    def _take(self) -> bytes:
        taken: list[bytes] = []
        size = 0
        while self._waiting and (not taken or size + len(self._waiting[0]) + 4 <= BODY_MOST):
            taken.append(self._waiting.popleft())
            size += len(taken[-1]) + 4
        return packed(taken)

    def _end(self, error: Exception | None) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        self._sent.set()
        super()._end(error)

    def send(self, message: bytes) -> None:
        """Queue one message for the next request."""
        if not self.ended.done():
            self._waiting.append(message)
            self._sent.clear()
            self._filled.set()

    @property
    def unwritten(self) -> bool:
        """Whether the front has not yet taken everything that was sent."""
        return not self._sent.is_set()

    async def drained(self) -> None:
        """Until `unwritten` is false, or the link is gone."""
        await self._sent.wait()

    @property
    def local_address(self) -> str:
        """The address the link leaves this machine from."""
        writer = self._outgoing.writer
        name = writer.get_extra_info("sockname") if writer else None
        return str(name[0]) if name else ""

    def abort(self) -> None:
        """Drop the link at once."""
        self._end(NetworkError("lost", "The link was given up."))
        for task in self._tasks:
            task.cancel()
        for way in (self._incoming, self._outgoing):
            if way.writer is not None:
                way.writer.transport.abort()
                way.reader = way.writer = None

    async def close(self) -> None:
        """Drop the link and see its work ended."""
        self._end(None)
        self.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise NetworkError("lost", f"The server ended the link with {status}.")


def _name(body: bytes) -> str:
    """The connection's identifier in the front's answer: 1 to 64 letters, digits, - and _."""
    try:
        name = json.loads(body)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    fit = isinstance(name, str) and len(name) <= 64 and name.isascii()
    return name if fit and name.replace("-", "a").replace("_", "a").isalnum() else ""
