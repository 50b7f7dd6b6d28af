"""A link without WebSocket: messages in the bodies of ordinary HTTP requests.

For ways that remove the Upgrade header (docs/protocols/link.md, "Without WebSocket"). A PollSocket
stands where a LinkSocket would; whatever goes wrong ends it, and resumption does the rest.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Final

from aiohttp import web

from reachback_gateway.proxy.pages import refuse
from reachback_wire.link_errors import RemoteError
from reachback_wire.polling import BODY_MOST, messages_in, packed

HOLD: Final = 50.0
"""Seconds a request for messages is held open: less than the usual 60 s of a proxy."""
SILENT: Final = 75.0
"""Seconds without any request after which the peer is taken to have gone."""
LEFT: Final = 15.0
"""The same after a request that was given up: its page was closed, or its line was lost."""
_WAITING_MOST: Final = 262_144
_BINARY: Final = "application/octet-stream"


class PollSocket:
    """One open connection of request pairs; the same interface as LinkSocket."""

    def __init__(self) -> None:
        self.hear: Callable[[list[bytes]], None] = lambda _: None
        self.fail: Callable[[RemoteError], None] = lambda _: None
        self.writable: Callable[[], None] = lambda: None
        self.paused = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting: deque[bytes] = deque()
        self._waiting_size = 0
        self._filled = asyncio.Event()
        self._closing = False
        self._given: tuple[int, bytes] = (-1, b"")
        self._heard = -1
        self._silence: asyncio.TimerHandle | None = None
        self._alive()

    def _alive(self, patience: float = SILENT) -> None:
        """A request came: the peer is there."""
        if self._silence is not None:
            self._silence.cancel()
        if not self.gone.done():
            self._silence = asyncio.get_running_loop().call_later(patience, self.abort)

    # What the leg asks

    def send(self, message: bytes) -> None:
        """Queue one message for the peer's next request."""
        if self._closing or self.gone.done():
            return
        self._waiting.append(message)
        self._waiting_size += len(message)
        self.paused = self._waiting_size > _WAITING_MOST
        self._filled.set()

    def close(self) -> None:
        """End when everything queued was taken."""
        self._closing = True
        self._filled.set()
        if not self._waiting:
            self.abort()

    def abort(self) -> None:
        """End at once."""
        if self._silence is not None:
            self._silence.cancel()
        self.paused = False
        self._filled.set()
        if not self.gone.done():
            self.gone.set_result(None)

    # What the peer asks

    def take_in(self, number: int, body: bytes) -> bool:
        """Hear request `number`; a repeated one is heard once. False: out of order, the end."""
        self._alive()
        if number == self._heard:
            return True
        if self.gone.done() or number != self._heard + 1:
            self.abort()
            return False
        self._heard = number
        try:
            found = messages_in(body)
        except RemoteError as problem:
            self.fail(problem)
            return False
        if found:
            self.hear(found)
        return True

    async def give(self, number: int) -> bytes | None:
        """The answer to request `number`, as soon as there is something; None: the end."""
        self._alive()
        if number == self._given[0]:
            return self._given[1]
        if number != self._given[0] + 1:
            self.abort()
        if not self._waiting and not self.gone.done():
            await self._hold()
        if number == self._given[0]:
            return self._given[1]  # a proxy asked twice, and the other one was quicker
        if self.gone.done() and not self._waiting:
            return None
        self._given = (number, self._take())
        if self._closing and not self._waiting:
            asyncio.get_running_loop().call_soon(self.abort)
        return self._given[1]

    async def _hold(self) -> None:
        self._filled.clear()
        try:
            async with asyncio.timeout(HOLD):
                await self._filled.wait()
        except TimeoutError:
            pass  # an empty answer: the way is free, there is nothing to say
        except asyncio.CancelledError:
            self._alive(LEFT)
            raise

    def _take(self) -> bytes:
        taken: list[bytes] = []
        size = 0
        while self._waiting and (not taken or size + len(self._waiting[0]) + 4 <= BODY_MOST):
            taken.append(self._waiting.popleft())
            size += len(taken[-1]) + 4
            self._waiting_size -= len(taken[-1])
        if self.paused and self._waiting_size <= _WAITING_MOST:
            self.paused = False
            self.writable()
        return packed(taken)


class Polls:
    """Open poll connections by their identifier, which only their peer was told."""

    def __init__(self) -> None:
        self._open: dict[str, PollSocket] = {}

    def begin(self) -> tuple[str, PollSocket]:
        """A new connection."""
        name, socket = secrets.token_urlsafe(24), PollSocket()
        self._open[name] = socket
        socket.gone.add_done_callback(lambda _: self._open.pop(name, None))
        return name, socket

    async def take(self, request: web.Request) -> web.StreamResponse:
        """POST …/poll/NAME?n=: messages from the peer."""
        found = self._find(request)
        if found is None:
            return _unknown(request)
        socket, number = found
        body = await _whole(request)
        if body is None:
            socket.abort()
            return refuse(request, 413, "too-large", "A request holds at most 256 KiB.")
        if not socket.take_in(number, body):
            return _unknown(request)
        return web.Response(status=204, headers={"Cache-Control": "no-store"})

    async def give(self, request: web.Request) -> web.StreamResponse:
        """GET …/poll/NAME?n= of a device, POST …/poll/NAME/next?n= of a page: messages for it."""
        found = self._find(request)
        body = await found[0].give(found[1]) if found else None
        if body is None:
            return _unknown(request)
        headers = {"Cache-Control": "no-store, no-transform"}
        return web.Response(body=body, content_type=_BINARY, headers=headers)

    async def end(self, request: web.Request) -> web.StreamResponse:
        """DELETE …/poll/NAME: the page is left."""
        socket = self._open.get(request.match_info["name"])
        if socket is None:
            return _unknown(request)
        socket.abort()
        return web.Response(status=204, headers={"Cache-Control": "no-store"})

    def _find(self, request: web.Request) -> tuple[PollSocket, int] | None:
        socket = self._open.get(request.match_info["name"])
        number = request.query.get("n", "")
        if socket is None or not number.isascii() or not number.isdigit() or len(number) > 15:
            return None
        return socket, int(number)


async def _whole(request: web.Request) -> bytes | None:
    """The request's body; None when it is larger than one may be."""
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > BODY_MOST:
            return None
    return bytes(body)


def _unknown(request: web.Request) -> web.StreamResponse:
    return refuse(request, 410, "poll-ended", "This connection has ended; begin another.")
