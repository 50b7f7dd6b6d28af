"""One session channel: the device's leg, the recording and everybody who follows, joined.

Output goes device → recording → ACK to the device → viewers, who read the recording. Input goes
viewer → device; what the device has not acknowledged stays in the browser.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from reachback_gateway.links.session import Seat, Session
from reachback_gateway.ports import Json
from reachback_gateway.recorder.playback import Playback
from reachback_gateway.recorder.recording import Recording
from reachback_wire.frames import Close, Frame, Resume, ResumeEntry
from reachback_wire.link import BULK, INPUT, INTERACTIVE, RemoteError
from reachback_wire.streams import Receiver, SendBuffer, Source
from reachback_wire.units import CtrlUnit, DataUnit, Unit

if TYPE_CHECKING:
    from reachback_gateway.links.device import DeviceLeg

FIRST_CREDIT: Final = 65_536
DETACHED_WINDOW: Final = 4 * 1_048_576
INPUT_MOST: Final = 8 * 1_048_576
COUNTABLE: Final = 2**53 - 1
"""Browsers count to here: credit that is passed on to them names no more."""
_STEP: Final = 262_144
_COMMANDS = range(16, 32)
_INTERACTIVE_KINDS = frozenset(("shell", "exec", "desktop"))


class ViewerLink(Protocol):
    """What a channel asks of the link that carries it to a viewer."""

    def attach(self, ch: int, source: Source, *, priority: int, next: int, credit: int) -> None: ...  # noqa: A002 - the link's own word

    def expect(self, ch: int, receiver: Receiver) -> None: ...

    def grant_credit(self, ch: int, limit: int) -> None: ...

    def ack(self, ch: int, offset: int) -> None: ...

    def send(self, frame: Frame) -> None: ...


class ViewerLeg(Protocol):
    """The connection that link lives on."""

    @property
    def link(self) -> ViewerLink: ...

    def kick(self) -> None: ...

    def kick_later(self) -> None: ...

    def send(self, frame: Frame) -> None: ...


class Watching(Protocol):
    """Who stands at a channel: a browser's leg, or the front itself with a channel it was lent."""

    @property
    def leg(self) -> ViewerLeg: ...

    @property
    def seat(self) -> Seat: ...

    @property
    def viewers(self) -> "dict[int, Viewer]": ...

    def forget(self, viewer: "Viewer") -> None: ...


@dataclass(slots=True, eq=False)
class Viewer:
    """One place at a channel; `owner` may type."""

    leg: Watching
    channel: "Channel"
    ch: int
    playback: Playback
    owner: bool
    credit: int = 0
    told: bool = False
    told_credit: int = 0


class Channel:
    """State of one channel; `state` is opening, open, cut or ended."""

    __slots__ = (
        "ch",
        "closing",
        "device",
        "device_credit",
        "granted",
        "input",
        "kind",
        "meta",
        "owner",
        "paused",
        "recording",
        "session",
        "state",
        "viewers",
        "wish",
    )

    def __init__(self, session: Session, meta: Json, recording: Recording) -> None:
        self.session = session
        # What must survive the front: key, kind, seat, contract and grant digests, OPENED's value.
        self.meta = meta
        self.kind = str(meta["kind"])
        self.recording = recording
        self.device: DeviceLeg | None = None
        self.ch = 0
        self.state = "opening"
        self.wish: Json = {}
        self.owner: Viewer | None = None
        self.viewers: list[Viewer] = []
        self.input = SendBuffer(INPUT_MOST)
        self.device_credit = 0
        self.granted = 0
        self.closing: Json | None = None
        # The device is asked whether somebody else may type: until it answers nobody does.
        self.paused = False

    @property
    def key(self) -> str:
        return str(self.meta["key"])

    @property
    def output_class(self) -> int:
        return INTERACTIVE if self.kind in _INTERACTIVE_KINDS else BULK

    @property
    def input_class(self) -> int:
        return INPUT if self.kind in _INTERACTIVE_KINDS else BULK

    # The device's leg

    def bind(self, device: "DeviceLeg", ch: int, *, next_input: int, credit: int) -> None:
        """The device carries this channel as `ch` and wants input from `next_input`."""
        self.device = device
        self.ch = ch
        self.device_credit = max(self.device_credit, credit)
        self.input = SendBuffer(INPUT_MOST, start=next_input)
        link = device.leg.link
        link.detach(ch)
        link.expect(ch, Receiver(self.recording.end))
        link.attach(ch, self.input, priority=self.input_class, next=next_input, credit=credit)
        self.granted = 0
        self.rewind_owner()

    def resume_output(self) -> None:
        """Ask the device for everything the recording does not hold, and say what it does hold.

        The last ACK of the connection before may be lost: a channel that has ended would wait for
        it for ever, as nothing more comes that could be acknowledged.
        """
        if self.device is not None:
            self.granted = self._wanted_credit()
            entry = ResumeEntry(self.ch, self.recording.end, self.granted)
            self.device.leg.send(Resume((entry,)))
            self.device.leg.link.ack(self.ch, self.recording.end)

    def unbind(self) -> None:
        """The device's connection is gone."""
        self.device = None

    def rewind_input(self, offset: int, credit: int) -> None:
        """The device asks for input again from `offset` while connected."""
        if offset > self.input.end:
            raise RemoteError("never-sent", "The device asks for input that was never sent.")
        self.device_credit = max(self.device_credit, credit)
        if offset < self.input.acked and self.device is not None:
            self.bind(self.device, self.ch, next_input=offset, credit=credit)
            self.extend_credit()

    def credit_input(self, limit: int) -> None:
        self.device_credit = max(self.device_credit, limit)
        owner = self.owner
        if owner is None:
            return
        left = owner.told_credit - self.input.end
        if left < (self.device_credit - self.input.end) // 2:
            owner.told_credit = min(self.device_credit, COUNTABLE)
            owner.leg.leg.link.grant_credit(owner.ch, owner.told_credit)
            owner.leg.leg.kick()

    def acked_input(self, offset: int) -> None:
        """The device holds the input below `offset`: the browser may forget it."""
        self.input.ack(offset)
        if self.owner is not None:
            self.owner.leg.leg.link.ack(self.owner.ch, offset)
            self.owner.leg.leg.kick_later()

    def written(self) -> None:
        """Write what was recorded and wake everybody; raises RecorderFailedError."""
        self.recording.flush()
        for viewer in self.viewers:
            viewer.leg.leg.kick()

    def extend_credit(self) -> None:
        """Let the device go on as far as the owner reads, or a fixed way past the recording."""
        wanted = self._wanted_credit()
        end = self.recording.end
        low = self.granted - end < (wanted - end) // 2
        if self.device is not None and (wanted - self.granted >= _STEP or low):
            self.granted = wanted
            self.device.leg.link.grant_credit(self.ch, wanted)
            self.device.leg.kick()

    def _wanted_credit(self) -> int:
        least = max(FIRST_CREDIT, self.recording.end)
        if self.owner is None:
            ahead = FIRST_CREDIT if self.output_class == BULK else DETACHED_WINDOW
            return self.recording.end + ahead
        return max(self.owner.credit, least)

    # The browsers' legs

    def rewind_owner(self) -> None:
        """Have the owner's browser send its input from where the device's leg stands."""
        owner = self.owner
        if owner is not None and not owner.told:
            owner.told_credit = min(self.device_credit, COUNTABLE)
            owner.leg.leg.link.expect(owner.ch, Receiver(self.input.end))
            entry = ResumeEntry(owner.ch, self.input.end, owner.told_credit)
            owner.leg.leg.send(Resume((entry,)))
            if self.input.acked:  # the device's word in CHANNELS, which may come after a lost ACK
                owner.leg.leg.link.ack(owner.ch, self.input.acked)

    def seat(self, viewer: Viewer, start: int) -> None:
        """Show the channel to a browser from offset `start`; an owner also gets to type."""
        link = viewer.leg.leg.link
        self.viewers.append(viewer)
        link.attach(
            viewer.ch,
            viewer.playback,
            priority=self.output_class,
            next=start,
            credit=viewer.credit,
        )
        if viewer.owner:
            if self.owner is not None and self.owner is not viewer:
                self.unseat(self.owner)
            self.owner = viewer
            if self.state == "open":
                self.rewind_owner()
        self.extend_credit()
        viewer.leg.leg.kick()

    def unseat(self, viewer: Viewer) -> None:
        """A browser left, or its place was taken by a newer connection of the same key."""
        if viewer in self.viewers:
            self.viewers.remove(viewer)
        viewer.leg.forget(viewer)
        if self.owner is viewer:
            self.owner = None
            self.extend_credit()

    def type(self, viewer: Viewer, unit: Unit) -> None:
        """Input from the owner on its way to the device."""
        if self.state != "open" or self.device is None:
            return
        if self.paused or viewer is not self.owner:
            return
        if isinstance(unit, DataUnit):
            if len(unit.data) > self.input.room:
                raise RemoteError("credit", "More input came than the device accepts.")
            self.input.write(unit.data)
        elif isinstance(unit, CtrlUnit) and unit.kind in _COMMANDS:
            self.input.control(unit.kind, unit.body)
        else:
            raise RemoteError("direction", "This unit is for a device to send.")
        self.device.leg.link.wake(self.ch)
        self.device.leg.kick()

    def tell_closing(self, viewer: Viewer) -> bool:
        """Say CLOSE to a viewer that was sent everything; returns whether it was said now."""
        done = viewer.playback.handed >= self.recording.end or self.state == "cut"
        if self.closing is None or viewer.told or not done:
            return False
        viewer.told = True
        viewer.leg.leg.link.send(Close(viewer.ch, self.closing))
        return True

    def close(self, code: str, sentence: str) -> None:
        """Everybody gets CLOSE once they were sent what is recorded."""
        self.closing = {"code": code, "sentence": sentence}
        for viewer in self.viewers:
            viewer.leg.leg.kick()
