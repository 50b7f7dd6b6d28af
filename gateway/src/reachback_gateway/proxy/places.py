"""The bounded queue in front of the web process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reachback_gateway.errors import WebUnavailableError


class Places:
    """At most `active` requests at the web process, `waiting` behind them, others refused."""

    def __init__(self, *, active: int, waiting: int, patience: float) -> None:
        self._free = asyncio.Semaphore(active)
        self._most_waiting = waiting
        self._patience = patience
        self.waiting = 0
        self.active = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold one place; raises WebUnavailableError `busy` when that cannot be had."""
        if self._free.locked() and self.waiting >= self._most_waiting:
            raise WebUnavailableError("busy", "The server is busy; try again in a few seconds.")
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as problem:
            raise WebUnavailableError("busy", "The server is busy; try again soon.") from problem
        finally:
            self.waiting -= 1
        self.active += 1
        try:
            yield
        finally:
            self.active -= 1
            self._free.release()
