"""The connections of one origin: asked for of the session's page, used again while they stand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import h11

from reachback_gateway.origins.tap import Tap, TargetError

REQUESTS_MOST: Final = 24
"""Requests and WebSockets at one time; a browser makes six and its WebSockets."""
_IDLE_MOST: Final = 6
_IDLE_SECONDS: Final = 20.0
_HEAD_MOST: Final = 65_536
_AWAY: Final = (
    "The session's page does not answer. Keep its tab open: it signs each connection. "
    "If it is closed, open it again from the case or the device."
)
_SLOW: Final = "The device did not answer in time."
_BUSY: Final = "Too many requests of this page wait at once; try again in a moment."


@dataclass(slots=True, eq=False)
class Connection:
    """One connection to the target and where HTTP stands on it."""

    tap: Tap
    http: h11.Connection
    fresh: bool = True

    @classmethod
    def over(cls, tap: Tap) -> "Connection":
        return cls(tap, h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MOST))


@dataclass(slots=True, eq=False)
class Pool:
    """Hands out connections; `ask(n)` asks the page to sign n more OPENs."""

    ask: Callable[[int], None]
    close: Callable[[Tap], None]
    patience: float
    taps: set[Tap] = field(default_factory=set)
    _idle: list[Connection] = field(default_factory=list)
    _waiting: deque["asyncio.Future[Tap]"] = field(default_factory=deque)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_MOST))

    @property
    def wanted(self) -> int:
        """How many OPENs are waited for."""
        return sum(not future.done() for future in self._waiting)

    @property
    def alive(self) -> int:
        """How many connections stand."""
        self.taps = {tap for tap in self.taps if tap.over is None}
        return len(self.taps)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One of the origin's places, for as long as a request lasts; TargetError `busy`."""
        try:
            async with asyncio.timeout(self.patience):
                await self._places.acquire()
        except TimeoutError as problem:
            raise TargetError("busy", _BUSY) from problem
        try:
            yield
        finally:
            self._places.release()

    async def take(self, *, fresh: bool = False) -> Connection:
        """A connection that stands, or a new one; TargetError says why there is none."""
        while self._idle and not fresh:
            connection = self._idle.pop()
            if connection.tap.quiet:
                connection.fresh = False
                return connection
            self.drop(connection)
        future: asyncio.Future[Tap] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self.ask(1)
        tap: Tap | None = None
        try:
            async with asyncio.timeout(self.patience):
                tap = await future
                await asyncio.shield(tap.opened)
        except TimeoutError as problem:
            away = TargetError("session-away", _AWAY)
            raise (away if tap is None else TargetError("device-offline", _SLOW)) from problem
        finally:
            if tap is not None and not _fine(tap):
                self.close(tap)
        return Connection.over(tap)

    def waits(self) -> bool:
        """Whether a request waits for an OPEN: one that nobody asked for is not forwarded."""
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
        return bool(self._waiting)

    def lent(self, tap: Tap) -> None:
        """An OPEN came and was forwarded: it is for whoever has waited longest."""
        self.taps.add(tap)
        self._waiting.popleft().set_result(tap)

    def refused(self, code: str, sentence: str) -> None:
        """The front itself refused an OPEN: whoever waited longest is told why."""
        self._waiting.popleft().set_exception(TargetError(code, sentence))

    def give(self, connection: Connection) -> None:
        """Keep a connection for the next request, or close it."""
        if len(self._idle) >= _IDLE_MOST or not connection.tap.quiet:
            self.drop(connection)
            return
        self._idle.append(connection)
        asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._stale, connection)

    def _stale(self, connection: Connection) -> None:
        """Close what has been idle since it was given; a busy one is given again later."""
        if connection in self._idle:
            self._idle.remove(connection)
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """This connection carries no more requests."""
        self.close(connection.tap)
        self.taps.discard(connection.tap)

    def end(self, problem: TargetError) -> None:
        """Everything ends: what waits is told why, what stands is closed."""
        self._idle.clear()
        for future in self._waiting:
            if not future.done():
                future.set_exception(problem)
        self._waiting.clear()
        for tap in tuple(self.taps):
            self.close(tap)
            tap.end(problem.code, problem.sentence)
        self.taps.clear()


def _fine(tap: Tap) -> bool:
    return tap.opened.done() and not tap.opened.cancelled() and tap.opened.exception() is None
