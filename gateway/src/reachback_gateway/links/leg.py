"""One WebSocket and its link: bytes in, messages out, and the timer between."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from reachback_gateway.clock import monotonic
from reachback_wire.frames import Bye, Frame
from reachback_wire.link import Event, Link, PeerSilent

SUBPROTOCOL = "reachback.link.1"
MOST = 131_072
_LAZY = 0.02


class Leg:
    """Drives one Link over one WebSocket; all calls from the event loop's thread."""

    __slots__ = (
        "_again",
        "_flushing",
        "_lazy",
        "_timer",
        "_timer_at",
        "after_flush",
        "closed",
        "link",
        "ws",
    )

    def __init__(self, ws: web.WebSocketResponse, link: Link) -> None:
        self.ws = ws
        self.link = link
        self.closed = ""
        # Called when everything due was written; returns whether it queued more.
        self.after_flush: Callable[[], bool] | None = None
        self._again = False
        self._flushing: asyncio.Task[None] | None = None
        self._lazy: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def kick(self) -> None:
        """Write what may be written, soon; cheap to repeat."""
        self._again = True
        if self._flushing is None and not self.closed:
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    def kick_later(self) -> None:
        """Write within 20 ms, or with whatever is written before: for acknowledgements.

        A keystroke's acknowledgement then travels with the next keystroke instead of costing each
        side a message of its own.
        """
        if self._flushing is not None:
            self._again = True
        elif self._lazy is None and not self.closed:
            self._lazy = asyncio.get_running_loop().call_later(_LAZY, self.kick)

    def _forget_lazy(self) -> None:
        if self._lazy is not None:
            self._lazy.cancel()
            self._lazy = None

    async def _flush(self) -> None:
        self._forget_lazy()
        try:
            while self._again and not self.closed:
                # Whoever has more to write meanwhile says so by kicking again.
                self._again = False
                for message in self.link.transmit(monotonic()):
                    await self.ws.send_bytes(message)
                if self.after_flush is not None and self.after_flush():
                    self._again = True
        except (ConnectionError, RuntimeError):
            self.abort("lost")
        finally:
            self._flushing = None
        self.arm()

    def arm(self) -> None:
        """Set the timer to the link's next deadline, unless one is set for earlier."""
        deadline = self.link.next_deadline()
        if self.closed or deadline is None:
            return
        if self._timer is not None:
            if self._timer_at <= deadline:
                return
            self._timer.cancel()
        self._timer_at = deadline
        wait = max(deadline - monotonic(), 0.001)
        self._timer = asyncio.get_running_loop().call_later(wait, self._due)

    def _due(self) -> None:
        self._timer = None
        if self.closed:
            return
        for event in self.link.tick(monotonic()):
            if isinstance(event, PeerSilent):
                self.abort("silent")
                return
        self.kick()
        self.arm()

    async def next_events(self) -> list[Event] | None:
        """The events of the next message; None when the connection has ended.

        Raises reachback_wire.link_errors.RemoteError when the peer broke the protocol.
        """
        message = await self.ws.receive()
        if message.type is WSMsgType.BINARY:
            events = self.link.receive(message.data, monotonic())
            self.arm()
            return events
        return None

    async def bye(self, code: str, sentence: str, retry_after: int = 0) -> None:
        """Say BYE, write it and close; never raises for a connection that is gone."""
        if self.closed:
            return
        value = {"code": code, "sentence": sentence, "retry_after": retry_after}
        self.link.send(Bye(value))
        with suppress(ConnectionError, RuntimeError, TimeoutError):
            async with asyncio.timeout(2):
                for message in self.link.transmit(monotonic()):
                    await self.ws.send_bytes(message)
        self.end(code)
        with suppress(ConnectionError, RuntimeError, TimeoutError):
            async with asyncio.timeout(2):
                await self.ws.close(code=WSCloseCode.OK, message=code.encode()[:100])

    def send(self, frame: Frame) -> None:
        self.link.send(frame)
        self.kick()

    def end(self, reason: str) -> None:
        """Stop the timer and the writing; the reason is kept for the log."""
        self.closed = self.closed or reason or "closed"
        self._forget_lazy()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def abort(self, reason: str) -> None:
        """Cut the connection at once; the reader then sees its end."""
        self.end(reason)
        transport = self.ws._req.transport if self.ws._req is not None else None  # noqa: SLF001
        if transport is not None:
            transport.abort()
