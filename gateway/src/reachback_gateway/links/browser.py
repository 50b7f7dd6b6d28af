"""The browser's leg: what a technician or a watcher may do over it."""

from typing import TYPE_CHECKING

from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.links.channel import Viewer
from reachback_gateway.links.leg import Leg
from reachback_gateway.links.session import Seat, Session
from reachback_wire.frames import Channels, Close, Open, Refused, Watch
from reachback_wire.link import (
    CONTROL,
    Acked,
    Credited,
    Event,
    FrameReceived,
    RemoteError,
    Rewound,
    UnitReceived,
)

if TYPE_CHECKING:
    from reachback_gateway.links.links import Links

_CHANNELS_MOST = 64
_FIRST_CH = 16


class BrowserLeg:
    """One connection of one browser, admitted to one session by one key."""

    __slots__ = ("_links", "leg", "seat", "session", "takes_up", "viewers")

    def __init__(self, leg: Leg, session: Session, seat: Seat, links: "Links") -> None:
        self.leg = leg
        self.session = session
        self.seat = seat
        # Its ticket, shown on this very connection, lets it type in channels others opened.
        self.takes_up = False
        self.viewers: dict[int, Viewer] = {}
        self._links = links
        leg.after_flush = self._after_flush

    def class_of(self, ch: int) -> int:
        viewer = self.viewers.get(ch)
        return CONTROL if viewer is None else viewer.channel.input_class

    def _after_flush(self) -> bool:
        """Say CLOSE where everything was sent."""
        said = False
        for viewer in list(self.viewers.values()):
            if viewer.channel.tell_closing(viewer):
                viewer.channel.unseat(viewer)
                said = True
        return said

    def forget(self, viewer: Viewer) -> None:
        self.viewers.pop(viewer.ch, None)
        self.leg.link.detach(viewer.ch)

    def refuse(self, ch: int, code: str, sentence: str, clause: int = 0) -> None:
        value = {"code": code, "sentence": sentence, "clause": clause, "by": "front", "data": {}}
        self.leg.send(Refused(ch, value))

    async def handle(self, events: list[Event]) -> None:
        """Handle the events of one message, asking whom it has to."""
        while events := self.at_once(events):
            first = events.pop(0)
            if isinstance(first, FrameReceived):
                await self._frame(first)

    def at_once(self, events: list[Event]) -> list[Event]:
        """Handle events up to the first that has to ask somebody; LinkRefusedError, RemoteError."""
        for place, event in enumerate(events):
            if isinstance(event, UnitReceived):
                self._unit(event)
            elif isinstance(event, FrameReceived):
                return events[place:]
            elif isinstance(event, Credited):
                self._credit(event.ch, event.limit)
            elif isinstance(event, Rewound):
                self._credit(event.ch, event.credit)
            elif isinstance(event, Acked):
                # Browsers may acknowledge output; the recording keeps it in any case.
                continue
        self.leg.kick_later()
        return []

    def _unit(self, event: UnitReceived) -> None:
        viewer = self.viewers.get(event.ch)
        if viewer is None:
            return
        if not viewer.owner:
            raise LinkRefusedError("watching-only", "This browser may watch, not type.")
        viewer.channel.type(viewer, event.unit)

    def _credit(self, ch: int, limit: int) -> None:
        viewer = self.viewers.get(ch)
        if viewer is not None:
            viewer.credit = max(viewer.credit, limit)
            viewer.channel.extend_credit()

    async def _frame(self, event: FrameReceived) -> None:
        match event.frame:
            case Open(ch, {"lent": True, **lent}):
                self._check_new(ch)
                if self._links.lending is not None:
                    self._links.lending.lend(self, ch, lent)
            case Open(ch, value):
                self._check_new(ch)
                await self._links.open(self, ch, value)
            case Watch(ch, value):
                self._check_new(ch)
                await self._links.joining.watch(self, ch, value)
            case Channels(value):
                await self._links.joining.rejoin(self, value)
            case Close(ch, value):
                self._links.closed_by(self, ch, value)
            case other:
                name = type(other).__name__
                raise RemoteError("direction", f"A browser does not send {name}.")

    def _check_new(self, ch: int) -> None:
        if ch < _FIRST_CH or ch in self.viewers or len(self.viewers) >= _CHANNELS_MOST:
            raise LinkRefusedError("bad-channel", "A new channel has a number of its own, from 16.")
