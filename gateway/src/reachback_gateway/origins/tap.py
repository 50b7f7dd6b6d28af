"""The front's own end of a channel: bytes in and out where a browser's connection would stand.

A channel that its technician's page lends to the front is opened by an OPEN which that page signed
for it. What the device has not acknowledged is kept here, as a browser keeps it, so that a lost
link of the device loses and repeats nothing.
"""

import asyncio
import json
from collections import deque
from typing import Final

from reachback_gateway.links.browser import BrowserLeg
from reachback_gateway.links.channel import Viewer
from reachback_gateway.links.session import Seat, Session
from reachback_gateway.ports import Json
from reachback_wire.frames import Close, Frame, Opened, Refused, Resume
from reachback_wire.streams import Receiver, SendBuffer, Source
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

WINDOW: Final = 1_048_576
_HALF_END, _EXIT, _EOF = 15, 5, 18
_TESTIMONY_HEAD: Final = 24  # time 8, salt 16
_PIECE: Final = 65_536


class TargetError(Exception):
    """The target's connection is over; `code` and `sentence` are the device's or the front's."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


class Tap:
    """One TCP connection to a target; stands as leg and link in a `Viewer`."""

    def __init__(self, page: BrowserLeg, ch: int) -> None:
        self.seat: Seat = page.seat
        self.session: Session = page.session
        self.viewer: Viewer | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.opened.add_done_callback(_seen)
        self.sent = 0
        self.received = 0
        self.over: TargetError | None = None
        self._page = page
        self._ch = ch
        self._kept = SendBuffer(WINDOW)
        self._typed = 0
        self._credit = 0
        self._source: Source | None = None
        self._next = 0
        self._arrived: deque[bytes] = deque()
        self._waiting = 0
        self._ended = False
        self._taking = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    # What a channel sees: a leg with a link

    @property
    def leg(self) -> "Tap":
        return self

    @property
    def link(self) -> "Tap":
        return self

    @property
    def viewers(self) -> dict[int, Viewer]:
        return {} if self.viewer is None else {self._ch: self.viewer}

    def attach(self, ch: int, source: Source, *, priority: int, next: int, credit: int) -> None:  # noqa: A002 - the link's own word
        """The recording is read from `next` on."""
        self._source, self._next = source, next
        self.kick()

    def expect(self, ch: int, receiver: Receiver) -> None:
        """Input is not numbered again here: what the device wants is said by RESUME."""

    def detach(self, ch: int) -> None:
        """The channel forgets this end."""

    def grant_credit(self, ch: int, limit: int) -> None:
        self._credit = max(self._credit, limit)
        self._pump()

    def ack(self, ch: int, offset: int) -> None:
        self._kept.ack(offset)
        self._room.set()
        self._pump()

    def send(self, frame: Frame) -> None:
        """A frame on its way to the browser: for us, and its page is told how an OPEN ended."""
        match frame:
            case Opened(_, value):
                self._tell(Opened(self._ch, value))
                if not self.opened.done():
                    self.opened.set_result(None)
            case Refused(_, value):
                self._tell(Refused(self._ch, value))
                self.end(str(value.get("code", "refused")), str(value.get("sentence", "")))
            case Close(_, value):
                self._tell(Close(self._ch, value))
                self.end(str(value.get("code", "closed")), str(value.get("sentence", "")))
            case Resume(entries):
                for entry in entries:
                    self._typed = entry.next
                    self._credit = max(self._credit, entry.credit)
                self._pump()

    def kick(self) -> None:
        """Something was recorded, or there is something to say."""
        if not self._taking:
            self._taking = True
            asyncio.get_running_loop().call_soon(self._take)

    def kick_later(self) -> None:
        """Acknowledgements need no message of their own here."""

    def forget(self, viewer: Viewer) -> None:
        """The channel has let go of this end."""
        self.end("closed", "The connection is over.")

    def _tell(self, frame: Frame) -> None:
        if not self._page.leg.closed:
            self._page.leg.send(frame)

    # Towards the target

    def _pump(self) -> None:
        """Hand on as far as the device accepts; what it loses is asked for again by RESUME."""
        viewer = self.viewer
        if viewer is None or viewer.channel.state != "open" or viewer.channel.device is None:
            return
        while self._typed < min(self._credit, self._kept.end):
            unit = self._kept.read(self._typed, min(_PIECE, self._credit - self._typed))
            if unit is None:
                return
            self._typed += unit.length
            viewer.channel.type(viewer, unit)

    async def write(self, data: bytes) -> None:
        """Send bytes; waits while the target takes none. TargetError when it is gone."""
        view = memoryview(data)
        while view:
            if self.over is not None:
                raise self.over
            size = min(len(view), self._kept.room)
            if not size:
                self._room.clear()
                await self._room.wait()
                continue
            self._kept.write(bytes(view[:size]))
            self.sent += size
            view = view[size:]
            self._pump()

    def end_input(self) -> None:
        """Our half of the connection is over."""
        if self.over is None:
            self._kept.control(_EOF, b"")
            self._pump()

    # From the target

    def _take(self) -> None:
        self._taking = False
        viewer, source = self.viewer, self._source
        if viewer is None or source is None:
            return
        while self._waiting < WINDOW and (unit := source.read(self._next, _PIECE)) is not None:
            self._next += unit.length
            self._unit(unit)
        self._extend(viewer)
        if viewer.channel.tell_closing(viewer):
            viewer.channel.unseat(viewer)
        self._news.set()

    def _unit(self, unit: Unit) -> None:
        match unit:
            case DataUnit(data):
                self._waiting += len(data)
                self.received += len(data)
                self._arrived.append(data)
            case GapUnit():
                self.end("gap", "A part of the answer was lost.")
            case CtrlUnit(kind, body) if kind == _EXIT:
                how, sentence = _account(body[_TESTIMONY_HEAD:])
                self.end(how, sentence)
            case CtrlUnit(kind, _) if kind == _HALF_END:
                self._ended = True

    def _extend(self, viewer: Viewer) -> None:
        """Let the device send as far as we read."""
        viewer.credit = max(viewer.credit, self._next - self._waiting + WINDOW)
        viewer.channel.extend_credit()

    async def read(self) -> bytes:
        """The next bytes of the target; b"" when it has said its last. TargetError when broken."""
        while not self._arrived:
            if self.over is not None and self.over.code != "ended":
                raise self.over
            if self._ended or self.over is not None:
                return b""
            self._news.clear()
            await self._news.wait()
        data = self._arrived.popleft()
        self._waiting -= len(data)
        self.kick()
        return data

    @property
    def quiet(self) -> bool:
        """Nothing waits to be read and the connection stands: it may carry another request."""
        return self.over is None and not self._ended and not self._arrived

    def end(self, code: str, sentence: str) -> None:
        """The connection is over; the first word about it stands."""
        if self.over is None:
            self.over = TargetError(code[:80], sentence[:500])
        if not self.opened.done():
            self.opened.set_exception(self.over)
        self._news.set()
        self._room.set()


def _seen(future: "asyncio.Future[None]") -> None:
    """An OPEN that nobody waits for any more may fail without a word in the log."""
    if not future.cancelled():
        future.exception()


def _account(payload: bytes) -> tuple[str, str]:
    """How the device says that the connection ended; what cannot be read is an end."""
    try:
        value: Json = json.loads(payload)
        return str(value["how"]), str(value["sentence"])
    except (ValueError, KeyError, TypeError):
        return "ended", "The connection has ended."
