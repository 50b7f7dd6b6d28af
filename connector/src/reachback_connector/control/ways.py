"""Which way the link takes: a WebSocket, or request pairs where something removes Upgrade."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from reachback_connector.control.address import Address
from reachback_connector.control.dial import Dialler
from reachback_connector.control.polling import Polling
from reachback_connector.control.websocket import WebSocket
from reachback_connector.errors import NetworkError

AGAIN: Final = 3_600.0
"""Seconds until a WebSocket is tried again."""
_log = logging.getLogger("reachback.control")


@dataclass(slots=True)
class Ways:
    """Remembers for an hour that this network lets no WebSocket through."""

    dialler: Dialler
    address: Address
    again: float = AGAIN
    _polls_until: float = 0.0

    async def connect(self) -> WebSocket | Polling:
        """A connection to the front. NetworkError says what stands in the way."""
        if time.monotonic() < self._polls_until:
            return await self._poll()
        try:
            return await WebSocket.connect(self.dialler, self.address)
        except NetworkError as error:
            if error.code != "upgrade":
                raise
            try:
                found = await self._poll()
            except NetworkError:
                raise error from None
        self._polls_until = time.monotonic() + self.again
        _log.warning("Something on the way removes Upgrade: the link goes by request pairs.")
        return found

    async def _poll(self) -> Polling:
        try:
            return await Polling.connect(self.dialler, self.address)
        except NetworkError as error:
            if error.code == "polling":
                self._polls_until = 0.0
            raise

    @asynccontextmanager
    async def looking(self, socket: WebSocket | Polling) -> AsyncIterator[None]:
        """While a link of request pairs lives, look each hour whether a WebSocket opens again."""
        if isinstance(socket, WebSocket):
            yield
            return
        task = asyncio.get_running_loop().create_task(self._look(socket))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await socket.close()

    async def _look(self, socket: Polling) -> None:
        while True:
            await asyncio.sleep(self.again)
            try:
                found = await WebSocket.connect(self.dialler, self.address)
            except (NetworkError, OSError):
                self._polls_until = time.monotonic() + self.again
                continue
            await found.close()
            self._polls_until = 0.0
            _log.info("A WebSocket opens again: the link changes over.")
            socket.abort()
            return
