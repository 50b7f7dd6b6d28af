"""One connection's state machine: bytes and the time in, events and messages out.

A Link lives as long as one connection. What must survive a connection (SendBuffer, Receiver,
IdleInterval) is handed to the next Link. Call :meth:`Link.transmit` after every other call, and
when the socket has drained; never while the socket still holds what was returned before.
Times are seconds of a monotonic clock.
"""

from collections.abc import Callable
from typing import Final

from reachback_wire.frames import (
    Ack,
    Channels,
    Credit,
    Ctrl,
    Data,
    Decoder,
    Frame,
    Gap,
    LinkAck,
    Ping,
    Pong,
    Resume,
    Seek,
    encode,
)
from reachback_wire.link.acknowledging import Acknowledging
from reachback_wire.link.events import (
    Acked,
    Credited,
    Event,
    FrameReceived,
    LinkStats,
    PeerSilent,
    Rewound,
    UnitReceived,
)
from reachback_wire.link.inbound import Inbound
from reachback_wire.link.limits import Limits
from reachback_wire.link.outbox import Outbox
from reachback_wire.link.schedule import BULK, FIRST_SESSION_CHANNEL, INTERACTIVE, Schedule
from reachback_wire.liveness import IdleInterval, Liveness
from reachback_wire.pacing import Pacer
from reachback_wire.streams import Receiver, Source
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

PONGS_MOST: Final = 8
"""PINGs answered per transmission: a flood of them holds no more memory than this."""


def usual_class(ch: int) -> int:
    """The class expected of an incoming channel when the owner says nothing."""
    return 0 if ch < FIRST_SESSION_CHANNEL else INTERACTIVE


class Link:
    """One connection between two ends that both speak docs/protocols/link.md."""

    def __init__(
        self,
        now: float,
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        priority_of: Callable[[int], int] = usual_class,
        idle: IdleInterval | None = None,
    ) -> None:
        """`priority_of` gives the class of an *incoming* channel: bulk is acknowledged at once."""
        self._priority_of = priority_of
        self._decoder = Decoder(limits.max_body)
        self._pacer = Pacer(now)
        self._schedule = Schedule(
            standing_credit=limits.standing_credit, max_wishes=limits.max_wishes
        )
        self._inbound = Inbound(standing_credit=limits.standing_credit)
        self._outbox = Outbox(self._pacer, self._schedule, max_message=limits.max_message)
        self._owed = Acknowledging()
        self._liveness = Liveness(now, idle)
        self._pongs = 0
        self._pings = 0
        self._sent = 0
        self._received = 0
        self._resumes = 0
        self._bulk_came = False
        self._silence_told = False

    # What comes in

    def receive(self, data: bytes, now: float) -> list[Event]:
        """The events of these bytes; RemoteError when the other end broke the protocol."""
        self._received += len(data)
        self._liveness.heard(now)
        self._bulk_came = False
        events: list[Event] = []
        counts = False
        for frame in self._decoder.feed(data):
            if isinstance(frame, Data):
                self._unit(frame.ch, DataUnit(frame.data), events)
                counts = True
            elif isinstance(frame, LinkAck | Ping | Pong):
                self._probe(frame, now)
            else:
                counts = True
                self._other(frame, events)
        if counts:
            self._owed.arrived(self._decoder.total, now, bulk=self._bulk_came)
        return events

    def _unit(self, ch: int, unit: Unit, events: list[Event]) -> None:
        if self._priority_of(ch) == BULK:
            self._bulk_came = True
        accepted = self._inbound.accept(ch, unit)
        if accepted is not None:
            events.append(UnitReceived(ch, *accepted))

    def _probe(self, frame: LinkAck | Ping | Pong, now: float) -> None:
        if isinstance(frame, LinkAck):
            self._pacer.acknowledged(frame.total, frame.delay / 1_000_000, now)
        elif isinstance(frame, Pong):
            self._pacer.probed(frame.token, now)
        elif self._pongs < PONGS_MOST:
            self._pongs += 1
            self._outbox.push(Pong(frame.token))

    def _other(self, frame: Frame, events: list[Event]) -> None:
        match frame:
            case Ctrl(ch, kind, body):
                self._unit(ch, CtrlUnit(kind, body), events)
            case Gap(ch, length, time, salt, sha256):
                self._unit(ch, GapUnit(length, time, salt, sha256), events)
            case Seek(ch, offset):
                self._inbound.seek(ch, offset)
            case Ack(ch, offset):
                events.append(Acked(ch, offset))
            case Credit(ch, limit):
                self._credited(ch, limit, events)
            case Resume():
                self._rewound(frame, events)
            case _:
                events.append(FrameReceived(frame))

    def _credited(self, ch: int, limit: int, events: list[Event]) -> None:
        self._schedule.credit(ch, limit)
        events.append(Credited(ch, limit))

    def _rewound(self, frame: Resume, events: list[Event]) -> None:
        self._resumes += 1
        for entry in frame.entries:
            self._schedule.rewind(*entry)
            events.append(Rewound(*entry))

    # What goes out

    def send(self, frame: Frame) -> None:
        """Queue a frame of class 0, in order; credit it grants is remembered."""
        match frame:
            case Credit(ch, limit):
                self._inbound.grant(ch, limit)
            case Resume(entries):
                for entry in entries:
                    self._inbound.grant(entry.ch, entry.credit)
            case Channels(value):
                for state in value:
                    self._inbound.grant(state["ch"], state["credit"])
        self._outbox.push(frame)

    def attach(
        self,
        ch: int,
        source: Source,
        *,
        priority: int,
        next: int | None = None,  # noqa: A002 - link.md's word
        credit: int = 0,
    ) -> None:
        """Send `ch` from `source`, beginning at `next` (None: where RESUME asked, else 0)."""
        self._schedule.attach(ch, source, priority=priority, start=next, credit=credit)

    def detach(self, ch: int) -> None:
        """Forget `ch` in both directions; what still comes for it is dropped."""
        self._schedule.detach(ch)
        self._inbound.forget(ch)

    def expect(self, ch: int, receiver: Receiver) -> None:
        """Receive `ch` with this receiver, from the sender's next SEEK on."""
        self._inbound.expect(ch, receiver)

    def grant_credit(self, ch: int, limit: int) -> None:
        """Tell the sender that it may go up to the absolute offset `limit`."""
        self.send(Credit(ch, limit))

    def ack(self, ch: int, offset: int) -> None:
        """Tell the sender that everything below `offset` is safe."""
        self.send(Ack(ch, offset))

    def wake(self, ch: int) -> None:
        """The source of `ch` has more (needed only after its `read` answered None)."""
        self._schedule.wake(ch)

    def transmit(self, now: float) -> list[bytes]:
        """The messages to write now; empty when there is nothing or the window is full."""
        head = b""
        owed = self._owed
        if owed.due is not None and (now >= owed.due or not self._outbox.idle):
            head = encode(LinkAck(self._decoder.total, owed.settle(now)))
        messages = self._outbox.transmit(now, head)
        self._pongs = 0
        if messages:
            self._sent += sum(map(len, messages))
            self._liveness.spoke(now)
        return messages

    # Time

    def tick(self, now: float) -> list[Event]:
        """What became due by `now`; call :meth:`transmit` afterwards."""
        if self._liveness.due(now):
            self._pings += 1
            self._outbox.push(Ping(self._pings.to_bytes(8, "big")))
        if self._liveness.dead and not self._silence_told:
            self._silence_told = True
            return [PeerSilent()]
        return []

    def next_deadline(self) -> float | None:
        """When to call :meth:`tick` and :meth:`transmit` at the latest; None when dead."""
        deadline = self._liveness.deadline
        if deadline is None:
            return None
        for other in (self._owed.due, self._pacer.paced_until):
            if other is not None and other < deadline:
                deadline = other
        return deadline

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - a state, not a mode
        """Whether a session channel is open: probe every 5 s instead of the idle interval."""
        self._liveness.busy = busy

    @property
    def stats(self) -> LinkStats:
        """What people see of the link's quality."""
        pacer = self._pacer
        return LinkStats(
            rtt=pacer.rtt,
            min_rtt=pacer.min_rtt,
            rate=pacer.rate,
            sent=self._sent,
            received=self._received,
            outstanding=pacer.outstanding,
            chunk=pacer.chunk,
            resumes=self._resumes,
        )
