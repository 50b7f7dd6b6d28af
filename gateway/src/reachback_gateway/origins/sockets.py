"""A target's WebSocket, passed through byte by byte once the target has agreed to it."""

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp import web

from reachback_gateway.origins.tap import Tap, TargetError

_PIECE: Final = 65_536


class _Taken(asyncio.StreamReaderProtocol):
    """The browser's connection after the upgrade; the HTTP server learns that it is gone."""

    def __init__(self, reader: asyncio.StreamReader, http: asyncio.BaseProtocol) -> None:
        super().__init__(reader)
        self._http = http

    def connection_lost(self, exc: Exception | None) -> None:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """The connection is gone (asyncio)."""
        super().connection_lost(exc)
        self._http.connection_lost(exc)


async def join(request: web.Request, tap: Tap, head: bytes, rest: bytes) -> web.StreamResponse:
    """Hand the target's 101 to the browser, then carry bytes both ways until one side ends."""
    transport = request.transport
    if transport is None:
        return web.Response()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_PIECE)
    taken = _Taken(reader, request.protocol)
    transport.set_protocol(taken)
    taken.connection_made(transport)
    writer = asyncio.StreamWriter(transport, taken, reader, loop)
    writer.write(head + rest)
    ways = [
        asyncio.create_task(_towards_target(reader, tap)),
        asyncio.create_task(_towards_browser(tap, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return web.Response()  # never written: the connection is gone


async def _towards_target(reader: asyncio.StreamReader, tap: Tap) -> None:
    with suppress(TargetError, OSError):
        while data := await reader.read(_PIECE):
            await tap.write(data)


async def _towards_browser(tap: Tap, writer: asyncio.StreamWriter) -> None:
    with suppress(TargetError, OSError):
        while data := await tap.read():
            writer.write(data)
            await writer.drain()
