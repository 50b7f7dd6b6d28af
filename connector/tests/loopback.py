"""A listener on loopback that leaves nothing behind: no socket, no task, no unfinished handler."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Runs `handler` for each connection; a peer that leaves ends its handler without noise."""

    def __init__(
        self, handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self._handler = handler
        self._host = host
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.port = 0

    async def start(self) -> None:
        """Listen; a second start after :meth:`close` takes the same port."""
        self._server = await asyncio.start_server(self._serve, self._host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            await self._handler(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the peer left: each test looks at what it wants to see
        finally:
            await closed(writer)
            del self._open[task]

    async def close(self) -> None:
        """Stop listening, cut what is open and wait until every handler has ended."""
        if self._server is not None:
            self._server.close()
        for writer in self._open.values():
            writer.transport.abort()
        while self._open:
            await asyncio.wait(list(self._open))


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close and wait until the socket is gone, whatever the peer did meanwhile."""
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return
