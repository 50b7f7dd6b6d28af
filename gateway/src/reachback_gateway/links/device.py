"""The device's leg: its frames and units, by channel."""

from collections import deque
from typing import TYPE_CHECKING, Final

from reachback_gateway.clock import wall_ms
from reachback_gateway.errors import RecorderFailedError
from reachback_gateway.links import resting
from reachback_gateway.links.channel import FIRST_CREDIT, Channel
from reachback_gateway.links.leg import Leg
from reachback_gateway.links.reports import Reporter
from reachback_gateway.ports import Admission, Json
from reachback_wire.frames import Channels, Close, Nonces, Open, Opened, Refused
from reachback_wire.frames.encoding import to_json
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
from reachback_wire.streams import LARGEST, Receiver, SendBuffer
from reachback_wire.units import CtrlUnit

if TYPE_CHECKING:
    from reachback_gateway.links.links import Links

CONTROL_CH, HEALTH_CH = 1, 2
DOCUMENT, CUT = 32, 34
_CONTROL_MOST = 4 * 1_048_576
_NONCES_MOST = 64
# Output of this many units in one message is acknowledged without waiting for company.
_AT_ONCE = 4_096
NONCE_LIFE_MS: Final = 9 * 60_000


class DeviceLeg:
    """One connection of one device."""

    __slots__ = (
        "_links",
        "_reporter",
        "admission",
        "boot",
        "channels",
        "control",
        "hold",
        "instance",
        "key",
        "last_open",
        "leaving",
        "leg",
        "listed",
        "nonces",
    )

    def __init__(
        self, leg: Leg, admission: Admission, *, key: str, instance: str, boot: str, links: "Links"
    ) -> None:
        self.leg = leg
        self.admission = admission
        self.key = key
        self.instance = instance
        self.boot = boot
        self.hold = admission.hold
        self.channels: dict[int, Channel] = {}
        self.nonces: deque[tuple[int, bytes]] = deque(maxlen=_NONCES_MOST)
        self.listed = False
        self.leaving = False  # it said that its contact is over
        self.last_open: Json | None = None  # for the demo's replay
        self._links = links
        self._reporter: Reporter | None = None
        self.control = SendBuffer(_CONTROL_MOST)
        leg.link.attach(CONTROL_CH, self.control, priority=CONTROL)
        leg.link.expect(CONTROL_CH, Receiver())
        leg.link.expect(HEALTH_CH, Receiver())

    @property
    def id(self) -> str:
        return self.admission.device

    def class_of(self, ch: int) -> int:
        channel = self.channels.get(ch)
        return CONTROL if channel is None else channel.output_class

    def tell(self, kind: int, value: Json) -> None:
        """Send one CTRL on channel 1."""
        self.control.control(kind, to_json(value))
        self.leg.link.wake(CONTROL_CH)
        self.leg.kick()

    def take_nonce(self, now: int) -> str | None:
        """A link nonce this device issued and nobody was given; `now` in ms."""
        while self.nonces:
            issued, nonce = self.nonces.popleft()
            if now - issued < NONCE_LIFE_MS:
                self._links.spent_nonces[nonce] = now
                return nonce.hex()
        return None

    def next_channel(self) -> int:
        """A number above every one this device has used: what has just ended keeps its own."""
        return self._links.numbers.next(self.id)

    def open(self, channel: Channel, value: Json) -> None:
        """Forward an OPEN, with the first credit so that the answer needs one round trip."""
        ch = channel.ch or self.next_channel()
        self.channels[ch] = channel
        channel.bind(self, ch, next_input=0, credit=0)
        self.last_open = value
        self.leg.link.send(Open(ch, value))
        channel.granted = FIRST_CREDIT
        self.leg.link.grant_credit(ch, FIRST_CREDIT)
        self.leg.link.set_busy(True)
        self.leg.kick()

    def drop(self, channel: Channel) -> None:
        """Forget a channel on this leg."""
        self.channels.pop(channel.ch, None)
        self.leg.link.detach(channel.ch)
        channel.unbind()
        self.leg.link.set_busy(bool(self.channels))

    async def handle(self, events: list[Event]) -> None:
        """Handle the events of one message, asking whom it has to."""
        while events := self.at_once(events):
            first = events.pop(0)
            if isinstance(first, FrameReceived):
                await self._frame(first)

    def at_once(self, events: list[Event]) -> list[Event]:
        """Handle events up to the first that has to ask somebody; acknowledges each channel once.

        Everything recorded is on its way to the disk before anybody is shown it or told so.
        """
        now = wall_ms()
        recorded: dict[Channel, int] = {}
        rest: list[Event] = []
        try:
            for place, event in enumerate(events):
                if isinstance(event, UnitReceived):
                    self._unit(event, now, recorded)
                elif isinstance(event, FrameReceived):
                    rest = events[place:]
                    break
                else:
                    self._about_input(event)
        finally:  # a breach later in the message takes nothing of what came before it
            for channel, before in recorded.items():
                self._written(channel, before)
        self.leg.kick_later()
        return rest

    def _written(self, channel: Channel, before: int) -> None:
        try:
            channel.written()
        except RecorderFailedError as problem:
            self._links.recorder_failed(channel, problem)
            return
        if channel.device is self:
            self.leg.link.ack(channel.ch, channel.recording.end)
            channel.extend_credit()
            if channel.recording.end - before >= _AT_ONCE:
                self.leg.kick()

    def _unit(self, event: UnitReceived, now: int, recorded: dict[Channel, int]) -> None:
        if event.ch in (CONTROL_CH, HEALTH_CH):
            if self._reporter is None:
                self._reporter = self._links.reporter(self)
            self._reporter.add(event.ch, event.offset, event.unit)
            if isinstance(event.unit, CtrlUnit):
                self._said(event.unit)
            return
        channel = self.channels.get(event.ch)
        if channel is None:
            return
        try:
            recorded.setdefault(channel, channel.recording.end)
            channel.recording.append(event.offset, event.unit, now)
        except RecorderFailedError as problem:
            recorded.pop(channel, None)
            self._links.recorder_failed(channel, problem)

    def _said(self, unit: CtrlUnit) -> None:
        """What a device says of itself that this front goes by: that it restarts, or leaves."""
        if self._links.restarts.says_so(self.id, unit):
            self._links.notices.device(self.id, self.admission.generation)
        if word := resting.said(unit):
            self.leaving = word == resting.LEAVES

    def _about_input(self, event: Event) -> None:
        if isinstance(event, Acked) and event.ch == CONTROL_CH:
            self.control.ack(event.offset)
            return
        if not isinstance(event, Acked | Credited | Rewound):
            return
        channel = self.channels.get(event.ch)
        if channel is None:
            return
        if isinstance(event, Acked):
            channel.acked_input(event.offset)
        elif isinstance(event, Credited):
            channel.credit_input(event.limit)
        else:
            channel.rewind_input(event.next, event.credit)

    async def _frame(self, event: FrameReceived) -> None:
        match event.frame:
            case Nonces(nonces):
                fresh = self._links.unspent(nonces, wall_ms())
                self.nonces.extend((wall_ms(), nonce) for nonce in fresh)
            case Channels(value):
                if any(max(e["ch"], e["next"], e["acked"]) > LARGEST for e in value):
                    raise RemoteError("offset", "CHANNELS names a place where no stream ever is.")
                await self._links.relist(self, value)
                self.listed = True
            case Opened(ch, value):
                self._links.opened(self, ch, value)
            case Refused(ch, value):
                self._links.refused(self, ch, value)
            case Close(ch, value):
                channel = self.channels.get(ch)
                if channel is not None:
                    self._links.ended(channel, str(value.get("code")), str(value.get("sentence")))
            case other:
                name = type(other).__name__
                raise RemoteError("direction", f"A device does not send {name}.")

    def leave(self) -> None:
        """The connection is gone."""
        if self._reporter is not None:
            self._reporter.stop()
        for channel in list(self.channels.values()):
            channel.unbind()
        self.channels.clear()
