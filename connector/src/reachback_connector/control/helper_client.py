"""The control process's line to the root helper."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from reachback_connector import lines, unix
from reachback_connector.errors import HelperUnavailable

_PATIENCE = 15.0


class HelperClient:
    """Questions one after the other over one connection, dialled again when it broke."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, do: str, /, **members: Any) -> dict[str, Any]:
        """The helper's answer. HelperUnavailable, HelperRefused."""
        async with self._lock:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return lines.answer_of(await self._exchange({**members, "do": do}))
            except asyncio.CancelledError:
                self.close()  # its answer would be taken for that of the next question
                raise
            except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError) as error:
                self.close()
                raise HelperUnavailable(
                    "helper-unavailable", f"The root helper does not answer: {error}."
                ) from error

    async def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        fresh = self._line is None
        try:
            return await self._once(request)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            if fresh:
                raise
        return await self._once(request)  # the helper was restarted since the last question

    async def _once(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._line is None:
            sock = unix.connect(self._path)
            sock.settimeout(0.0)
            self._line = await asyncio.open_unix_connection(sock=sock, limit=64 * lines.LINE_LIMIT)
        reader, writer = self._line
        writer.write(lines.encode(request))
        await writer.drain()
        return lines.decode(await reader.readuntil(b"\n"))

    def close(self) -> None:
        """Drop the connection; the next question dials again."""
        if self._line is not None:
            self._line[1].close()
            self._line = None
