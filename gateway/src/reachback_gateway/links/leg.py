"""One connection and its link: bytes in, messages out, and the timer between."""

import asyncio
from collections import deque
from collections.abc import Callable

from reachback_gateway.clock import monotonic
from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.links.poll import PollSocket
from reachback_gateway.links.socket import LinkSocket
from reachback_wire.frames import Bye, Frame
from reachback_wire.link import Event, Link, PeerSilent, RemoteError

_LAZY = 0.02
_GOODBYE = 2.0
_WAITING_MOST = 1_024
"""Messages that wait for one that is being asked about: more is a flood (a HELLO takes 1 ms)."""

Socket = LinkSocket | PollSocket
Breach = RemoteError | LinkRefusedError


class Leg:
    """Drives one Link over one WebSocket or PollSocket; all calls from the event loop's thread.

    Units, acknowledgements and credit are handled inside the read callback by `at_once`, which
    returns what it leaves to the reader: events that have to ask somebody.
    """

    __slots__ = (
        "_again",
        "_breach",
        "_flushing",
        "_lazy",
        "_reader",
        "_timer",
        "_timer_at",
        "_waiting",
        "after_flush",
        "at_once",
        "closed",
        "link",
        "socket",
    )

    def __init__(self, socket: Socket, link: Link) -> None:
        self.socket = socket
        self.link = link
        self.closed = ""
        self.at_once: Callable[[list[Event]], list[Event]] | None = None
        # Called when everything due was written; returns whether it queued more.
        self.after_flush: Callable[[], bool] | None = None
        self._again = False
        self._flushing = False
        self._breach: Breach | None = None
        self._lazy: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._waiting: deque[list[Event]] = deque()
        self._reader: asyncio.Future[None] | None = None
        socket.hear = self._hear
        socket.fail = self._fail
        socket.writable = self.kick
        socket.gone.add_done_callback(lambda _: self._wake())

    # What comes in

    def _hear(self, messages: list[bytes]) -> None:
        """One read of the socket."""
        try:
            for message in messages:
                events = self.link.receive(message, monotonic())
                if self.at_once is not None and self._reader is not None and not self._waiting:
                    events = self.at_once(events)
                if events:
                    self._waiting.append(events)
        except (RemoteError, LinkRefusedError) as problem:
            self._fail(problem)
        if len(self._waiting) > _WAITING_MOST:
            self._fail(RemoteError("flood", "More came than could be answered."))
        if self._waiting:
            self._wake()
        self.arm()

    def _fail(self, problem: Breach) -> None:
        self._breach = self._breach or problem
        self.socket.hear = lambda _: None
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def next_events(self) -> list[Event] | None:
        """The events nobody has handled at once; None when the connection has ended.

        Raises RemoteError when the peer broke the protocol, LinkRefusedError what it may not do.
        """
        while True:
            if self._waiting:
                return self._waiting.popleft()
            if self._breach is not None:
                raise self._breach
            if self.socket.gone.done() or self.closed:
                return None
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None

    # What goes out

    def kick(self) -> None:
        """Write what may be written, soon; cheap to repeat."""
        self._again = True
        if not self._flushing and not self.closed:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def kick_later(self) -> None:
        """Write within 20 ms, or with whatever is written before: for acknowledgements.

        A keystroke's acknowledgement then travels with the next keystroke instead of costing each
        side a message of its own.
        """
        if self._flushing:
            self._again = True
        elif self._lazy is None and not self.closed:
            self._lazy = asyncio.get_running_loop().call_later(_LAZY, self._late)

    def _late(self) -> None:
        self._lazy = None
        self.kick()

    def _forget_lazy(self) -> None:
        if self._lazy is not None:
            self._lazy.cancel()
            self._lazy = None

    def _flush(self) -> None:
        """Write; what the socket does not take waits for `writable`."""
        self._forget_lazy()
        self._flushing = False
        while self._again and not self.closed and not self.socket.paused:
            # Whoever has more to write meanwhile says so by kicking again.
            self._again = False
            for message in self.link.transmit(monotonic()):
                self.socket.send(message)
            if self.after_flush is not None and self.after_flush():
                self._again = True
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

    async def bye(self, code: str, sentence: str, retry_after: int = 0) -> None:
        """Say BYE, write it and close; never raises for a connection that is gone."""
        if self.closed:
            return
        self.link.send(Bye({"code": code, "sentence": sentence, "retry_after": retry_after}))
        for message in self.link.transmit(monotonic()):
            self.socket.send(message)
        self.end(code)
        self.socket.close()
        await asyncio.wait({self.socket.gone}, timeout=_GOODBYE)
        self.socket.abort()

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
        self._wake()

    def abort(self, reason: str) -> None:
        """Cut the connection at once; the reader then sees its end."""
        self.end(reason)
        self.socket.abort()
