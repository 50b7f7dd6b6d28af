"""Browser, front and device as link.md describes them, with a front that can be killed.

The front keeps nothing over a kill but the recording: the device's units it has written.
"""

from typing import Any

from byte_pipes import WINDOW, Wire, tokens

from reachback_wire.frames import Channels, Resume, ResumeEntry
from reachback_wire.link import Acked, Event, FrameReceived, Link, Rewound, UnitReceived
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import Unit

CH = 16


class Peer:
    """The browser or the device: one stream out, one in, both outliving connections."""

    def __init__(self) -> None:
        self.buffer = SendBuffer(1 << 20)
        self.receiver = Receiver()
        self.written: list[object] = []
        self.arrived: list[object] = []
        self.link = Link(0.0)

    def write(self, kind: int, size: int) -> None:
        before = self.buffer.end
        if kind:
            self.buffer.control(size, b"%d" % before)
            self.written.append((size, b"%d" % before))
        else:
            content = bytes((before + step) % 251 for step in range(size))
            self.buffer.write(content)
            self.written.extend(content)

    def connect(self, now: float, *, device: bool) -> Link:
        self.link = Link(now)
        self.link.attach(CH, self.buffer, priority=2 if device else 1)
        self.link.expect(CH, self.receiver)
        following = self.receiver.next
        if device:
            state = {"ch": CH, "key": "s.1", "kind": "shell", "next": following}
            numbers = {"credit": following + WINDOW, "end": self.buffer.end}
            self.link.send(Channels([{**state, **numbers, "acked": self.buffer.acked}]))
        else:
            self.link.send(Resume((ResumeEntry(CH, following, following + WINDOW),)))
        return self.link

    def handle(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, UnitReceived):
                self.arrived.extend(tokens(event.unit))
                self.link.ack(CH, self.receiver.next)
                self.link.grant_credit(CH, self.receiver.next + WINDOW)
            elif isinstance(event, Acked):
                self.buffer.ack(event.offset)


class Recording:
    """The device's units, as far as they are written: survives the front."""

    def __init__(self) -> None:
        self.buffer = SendBuffer(1 << 24)

    @property
    def end(self) -> int:
        return self.buffer.end

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        return self.buffer.read(offset, max_bytes)

    def append(self, unit: Unit) -> None:
        for token in [unit.data] if hasattr(unit, "data") else tokens(unit):
            if isinstance(token, bytes):
                self.buffer.write(token)
            else:
                self.buffer.control(*token)  # type: ignore[misc]


class Front:
    """Joins the legs: records output before it acknowledges, never acknowledges input itself."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.output = Receiver(recording.end)
        self.unwritten: list[Unit] = []
        self.input: Receiver | None = None
        self.relay: SendBuffer | None = None
        self.device: Link | None = None
        self.browser: Link | None = None

    def connect_device(self, now: float) -> Link:
        self.device = Link(now)
        self.device.expect(CH, self.output)
        return self.device

    def connect_browser(self, now: float) -> Link:
        self.browser = Link(now)
        self._take_input()
        return self.browser

    def _take_input(self) -> None:
        """Ask the browser for what the device has not got: known from CHANNELS only."""
        if self.browser is not None and self.input is not None:
            self.browser.expect(CH, self.input)
            following = self.input.next
            self.browser.send(Resume((ResumeEntry(CH, following, following + WINDOW),)))
            assert self.relay is not None
            if self.relay.acked:
                self.browser.ack(CH, self.relay.acked)

    def from_device(self, events: list[Event]) -> None:
        assert self.device is not None
        for event in events:
            match event:
                case FrameReceived(Channels(value)):
                    self._learn(value[0])
                case UnitReceived(_, _, unit):
                    self.unwritten.append(unit)
                case Acked(_, offset):
                    self._acked(offset)

    def _learn(self, state: dict[str, Any]) -> None:
        assert self.device is not None
        following = self.output.next
        self.device.send(Resume((ResumeEntry(CH, following, following + WINDOW),)))
        if self.relay is None:
            self.relay = SendBuffer(1 << 20, start=state["next"])
            self.input = Receiver(state["next"])
            self._take_input()
        self.device.attach(CH, self.relay, priority=1, next=state["next"], credit=state["credit"])

    def _acked(self, offset: int) -> None:
        assert self.relay is not None
        self.relay.ack(offset)
        if self.browser is not None:
            self.browser.ack(CH, offset)
            self.browser.grant_credit(CH, offset + WINDOW)

    def from_browser(self, events: list[Event]) -> None:
        assert self.browser is not None
        for event in events:
            match event:
                case Rewound(_, following, credit):
                    self.browser.attach(
                        CH, self.recording, priority=2, next=following, credit=credit
                    )
                case UnitReceived(_, _, unit):
                    assert self.relay is not None
                    for token in [unit.data] if hasattr(unit, "data") else tokens(unit):
                        if isinstance(token, bytes):
                            self.relay.write(token)
                        else:
                            self.relay.control(*token)  # type: ignore[misc]

    def record(self, *, acknowledge: bool) -> None:
        """Write what has come; `acknowledge` False: killed between the two."""
        for unit in self.unwritten:
            self.recording.append(unit)
        self.unwritten.clear()
        if acknowledge and self.device is not None:
            self.device.ack(CH, self.recording.end)
            self.device.grant_credit(CH, self.recording.end + WINDOW)


class World:
    """Three parties and the adversary's wires between them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.browser, self.device = Peer(), Peer()
        self.recording = Recording()
        self.kill()

    def kill(self) -> None:
        """The front dies with all it had not written, and starts again from the recording."""
        self.front = Front(self.recording)
        self.cut_device()
        self.cut_browser()

    def cut_device(self) -> None:
        self.device_wire = Wire(
            [self.device.connect(self.now, device=True), self.front.connect_device(self.now)]
        )

    def cut_browser(self) -> None:
        self.browser_wire = Wire(
            [self.browser.connect(self.now, device=False), self.front.connect_browser(self.now)]
        )

    def move(self, leg: str, end: int, size: int) -> None:
        """Bytes on one leg, written at `end` (0 the peer, 1 the front)."""
        wire = self.device_wire if leg == "device" else self.browser_wire
        wire.write(end, self.now)
        events = wire.deliver(end, size, self.now)
        if end:
            (self.device if leg == "device" else self.browser).handle(events)
        else:
            (self.front.from_device if leg == "device" else self.front.from_browser)(events)

    def step(self, action: tuple[Any, ...]) -> None:
        self.now += 0.01
        match action:
            case ("write", "device", kind, size):
                self.device.write(kind, size)
            case ("write", "browser", kind, size):
                self.browser.write(kind, size)
            case ("move", leg, end, size):
                self.move(leg, end, size)
            case ("record", acknowledge):
                self.front.record(acknowledge=acknowledge)
            case ("kill",):
                self.kill()
            case ("cut", "device"):
                self.cut_device()
            case ("cut", "browser"):
                self.cut_browser()

    def settle(self) -> None:
        """Everybody is honest and alive from here on."""
        for _ in range(2_000):
            self.now += 0.03
            for leg in ("device", "browser"):
                for end in (0, 1):
                    self.move(leg, end, 1 << 20)
            self.front.record(acknowledge=True)
            if self.quiet:
                return

    @property
    def quiet(self) -> bool:
        buffers = (self.browser.buffer, self.device.buffer)
        return all(b.acked == b.end for b in buffers) and (
            len(self.browser.arrived) == len(self.device.written)
        )
