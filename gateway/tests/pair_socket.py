"""A page's connection without WebSocket, as browser/src/session/pairs.ts makes it."""

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp

from reachback_wire.polling import messages_in, packed

from .client_socket import RefusedUpgradeError


class PairSocket:
    """The same interface as ClientSocket."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http = http
        self._address = address
        self._hear: Callable[[bytes], None] = lambda _: None
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def closing(self) -> bool:
        return self.ended.done()

    def listen(self, hear: Callable[[bytes], None]) -> None:
        """Hand on messages from now on."""
        self._hear = hear
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._transmit())]
        for task in self._tasks:
            task.add_done_callback(lambda _: self.abort())

    async def _receive(self) -> None:
        number = 0
        with contextlib.suppress(aiohttp.ClientError):
            while not self.ended.done():
                async with self._http.post(f"{self._address}/next?n={number}") as answer:
                    if answer.status != 200:
                        return
                    for message in messages_in(await answer.read()):
                        self._hear(message)
                number += 1

    async def _transmit(self) -> None:
        number = 0
        with contextlib.suppress(aiohttp.ClientError):
            while not self.ended.done():
                body = packed([await self._waiting.get()])
                async with self._http.post(f"{self._address}?n={number}", data=body) as answer:
                    if answer.status != 204:
                        return
                number += 1

    def message(self, data: bytes) -> None:
        if not self.closing:
            self._waiting.put_nowait(data)

    def raw(self, data: bytes) -> None:
        raise AssertionError("A request has no bytes outside its body.")

    def abort(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        for task in self._tasks:
            task.cancel()

    async def leave(self) -> None:
        """What a page says when it is left."""
        async with self._http.delete(self._address) as answer:
            assert answer.status == 204

    async def close(self) -> None:
        self.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()


async def begun(address: str, origin: str) -> PairSocket:
    """Begin a connection; RefusedUpgradeError with HTTP's status."""
    headers = {"Origin": origin} if origin else {}
    http = aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar())
    socket = None
    try:
        async with http.post(f"{address}/poll") as answer:
            if answer.status != 201:
                raise RefusedUpgradeError(answer.status)
            socket = PairSocket(http, f"{address}/poll/{(await answer.json())['id']}")
    finally:
        if socket is None:
            await http.close()
    return socket
