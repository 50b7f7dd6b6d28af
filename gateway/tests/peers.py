"""Both legs of the link as asyncio clients over real sockets, with reachback_wire's Link.

Used by the front's tests and by bench (`python -m bench.…` from the repository's root), so that
clients run outside the server's processes. Positions outlive
connections, as they do in a browser and a device.
"""

import asyncio
import contextlib
import json
import time
from typing import Any

from wsproto.events import Request

from reachback_wire.documents import Envelope, seal
from reachback_wire.documents import Hello as HelloDocument
from reachback_wire.frames import (
    Bye,
    Challenge,
    Channels,
    Close,
    Credit,
    Frame,
    Hello,
    Nonces,
    Notice,
    Open,
    Opened,
    Refused,
    Resume,
    ResumeEntry,
    Watch,
    Welcome,
)
from reachback_wire.link import (
    CONTROL,
    INPUT,
    INTERACTIVE,
    Acked,
    FrameReceived,
    Link,
    Rewound,
    UnitReceived,
)
from reachback_wire.signing import PrivateKey
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import CtrlUnit, DataUnit, Unit

from .client_socket import ClientSocket, RefusedUpgradeError, upgraded
from .pair_socket import PairSocket, begun

WINDOW = 1_048_576
SUBPROTOCOL = "reachback.link.1"


class Peer:
    """One connection after another to one path; subclasses know what the frames mean."""

    path = ""
    role = ""

    def __init__(self, port: int, key: PrivateKey, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = port
        self.key = key
        self.origin: str | None = None
        self.host_header = ""
        self.by_pairs = False
        self.link: Link | None = None
        self.welcome: dict[str, Any] = {}
        self.byes: list[dict[str, Any]] = []
        self.nonce = ""
        self.connected = asyncio.Event()
        self.gone = asyncio.Event()
        self._socket: ClientSocket | PairSocket | None = None
        self._task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Dial, upgrade, greet; returns after WELCOME. ConnectionError when it ends before."""
        self.connected.clear()
        self.gone.clear()
        self.link = Link(time.monotonic())
        self.prepare(self.link)
        self._socket = await self._dial()
        self._task = asyncio.create_task(self._run(self._socket))
        waits = [asyncio.create_task(event.wait()) for event in (self.connected, self.gone)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if not self.connected.is_set():
            raise ConnectionError("The front closed the link.")

    async def _dial(self) -> ClientSocket | PairSocket:
        if self.by_pairs:
            return await begun(f"http://{self.host}:{self.port}{self.path}", self.origin or "")
        headers = [(b"origin", self.origin.encode())] if self.origin else []
        host = self.host_header or f"{self.host}:{self.port}"
        request = Request(
            host=host, target=self.path, subprotocols=[SUBPROTOCOL], extra_headers=headers
        )
        return await upgraded(self.host, self.port, request)

    async def stay(self) -> None:
        """Connect again whenever the connection ends, until cancelled."""
        while True:
            try:
                await self.connect()
            except (OSError, RefusedUpgradeError):
                await asyncio.sleep(0.02)
                continue
            await self.gone.wait()

    def cut(self) -> None:
        """Reset the connection from this side."""
        if self._socket is not None:
            self._socket.abort()

    async def close(self) -> None:
        self.cut()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if isinstance(self._socket, PairSocket):
            await self._socket.close()  # in case it was being closed when we cancelled

    async def _run(self, socket: ClientSocket | PairSocket) -> None:
        try:
            socket.listen(self._heard)
            while not socket.ended.done():
                await asyncio.wait({socket.ended}, timeout=0.02)
                assert self.link is not None
                self.link.tick(time.monotonic())
                self.flush()
        finally:
            socket.abort()
            if isinstance(socket, PairSocket):
                await socket.close()
            self.gone.set()

    def _heard(self, message: bytes) -> None:
        assert self.link is not None
        for found in self.link.receive(message, time.monotonic()):
            if isinstance(found, FrameReceived):
                self._frame(found.frame)
            else:
                self.event(found)

    def _frame(self, frame: Frame) -> None:
        match frame:
            case Challenge(value):
                self.nonce = value["nonce"]
                assert self.link is not None
                self.link.send(Hello(self.hello(value)))
                self.greeted(self.link)
                self.flush()
            case Welcome(value):
                self.welcome = value
                self.welcomed()
                self.connected.set()
            case Bye(value):
                self.byes.append(value)
            case other:
                self.frame(other)

    def hello(self, challenge: dict[str, Any]) -> dict[str, Any]:
        document = HelloDocument(
            role=self.role,
            key=self.key.public_line,
            nonce=challenge["nonce"],
            node=challenge["node"],
            issued=challenge["time"],
            **self.hello_members(),
        )
        return dict(seal(document, self.key).to_hello_json())

    def flush(self) -> None:
        if self.link is None or self._socket is None or self._socket.closing:
            return
        for message in self.link.transmit(time.monotonic()):
            self._socket.message(message)

    def raw(self, data: bytes) -> None:
        """Send arbitrary bytes, past the WebSocket's framing."""
        if self._socket is not None:
            self._socket.raw(data)

    def message(self, data: bytes) -> None:
        """Send arbitrary bytes as one binary message."""
        assert self._socket is not None
        self._socket.message(data)

    def send(self, frame: Frame) -> None:
        assert self.link is not None
        self.link.send(frame)
        self.flush()

    def hello_members(self) -> dict[str, Any]:
        return {}

    def prepare(self, link: Link) -> None:
        """Attach what every connection carries."""

    def greeted(self, link: Link) -> None:
        """HELLO is queued: what is queued here goes out in the same message."""

    def welcomed(self) -> None:
        """WELCOME came."""

    def frame(self, frame: Frame) -> None:
        """Any other frame."""

    def event(self, event: object) -> None:
        """A unit, acknowledgement or rewind."""


class DeviceChannel:
    """A shell holder without a shell: what it sends is kept until acknowledged."""

    def __init__(self, ch: int, key: str) -> None:
        self.ch = ch
        self.key = key
        self.output = SendBuffer(64 * 1_048_576)
        self.input = Receiver()
        self.received = bytearray()
        self.commands: list[tuple[int, bytes]] = []
        self.grant = ""

    def state(self) -> dict[str, Any]:
        positions = {"next": self.input.next, "credit": self.input.next + WINDOW}
        known = {"ch": self.ch, "key": self.key, "kind": "shell", **positions}
        known |= {"grant": self.grant} if self.grant else {}
        return known | {"end": self.output.end, "acked": self.output.acked}


class Device(Peer):
    """The device leg: opens every channel it is asked for; `echo` answers input with itself."""

    path = "/-/link/device"
    role = "device"

    def __init__(self, port: int, key: PrivateKey, *, echo: bool = True) -> None:
        super().__init__(port, key)
        self.instance = "instance-1"
        self.boot = "boot-1"
        self.echo = echo
        self.refusal: dict[str, Any] | None = None
        self.channels: dict[int, DeviceChannel] = {}
        self.control = SendBuffer(WINDOW)
        self.health = SendBuffer(WINDOW)
        self.told: list[tuple[int, bytes]] = []
        self.opens: list[dict[str, Any]] = []
        self.nonces = tuple(bytes([number]) * 16 for number in range(1, 9))

    def hello_members(self) -> dict[str, Any]:
        return {"instance": self.instance, "boot": self.boot}

    def prepare(self, link: Link) -> None:
        # Reports are idempotent by id: what was not acknowledged is written again from 0.
        self.control, self.health = SendBuffer(WINDOW), SendBuffer(WINDOW)
        link.attach(1, self.control, priority=CONTROL)
        link.attach(2, self.health, priority=CONTROL)
        link.expect(1, Receiver())

    def welcomed(self) -> None:
        assert self.link is not None
        self.send(Nonces(self.nonces))
        for channel in self.channels.values():
            self._carry(channel)
        self.send(Channels([channel.state() for channel in self.channels.values()]))

    def _carry(self, channel: DeviceChannel) -> None:
        assert self.link is not None
        self.link.expect(channel.ch, channel.input)
        self.link.attach(channel.ch, channel.output, priority=INTERACTIVE)

    def frame(self, frame: Frame) -> None:
        match frame:
            case Open(ch, value):
                self.opens.append(value)
                self._open(ch, value)
            case Close(ch, value):
                self.end(ch, value)

    def _open(self, ch: int, value: dict[str, Any]) -> None:
        if self.refusal is not None:
            self.send(Refused(ch, self.refusal))
            return
        asked = json.loads(value["open"]["body"])
        key = asked["channel"]
        more: dict[str, Any] = {}
        if asked["kind"] == "attach":
            more = {"input": self._hand_over(self.channels[ch], value)}
        elif ch not in self.channels:
            self.channels[ch] = DeviceChannel(ch, key)
            self._carry(self.channels[ch])
        answer = {"key": key, "kind": "shell", "sentence": "Clause 4.", "clause": 4}
        more |= {"on_cut": "freeze", "expires": 0, "recording": "required"}
        self.send(Opened(ch, answer | more))
        self.send(Credit(ch, WINDOW))

    def _hand_over(self, channel: DeviceChannel, value: dict[str, Any]) -> int:
        """Somebody else types from here on; what is still on its way counts for nobody."""
        assert self.link is not None
        channel.input = Receiver(channel.input.next)
        self.link.expect(channel.ch, channel.input)
        channel.grant = Envelope.from_json(value["grant"]).digest
        return channel.input.next

    def end(self, ch: int, value: dict[str, Any]) -> None:
        """End a channel once everything was acknowledged (the test's front writes at once)."""
        channel = self.channels.pop(ch, None)
        if channel is not None:
            self.send(Close(ch, value))

    def write(self, data: bytes, ch: int | None = None) -> None:
        channel = self.channels[ch if ch is not None else next(iter(self.channels))]
        channel.output.write(data)
        assert self.link is not None
        self.link.wake(channel.ch)
        self.flush()

    def report(self, kind: int, body: bytes, ch: int = 1) -> None:
        (self.control if ch == 1 else self.health).control(kind, body)
        assert self.link is not None
        self.link.wake(ch)
        self.flush()

    def event(self, event: object) -> None:
        assert self.link is not None
        if isinstance(event, UnitReceived):
            self._unit(event.ch, event.offset, event.unit)
        elif isinstance(event, Acked):
            channel = self.channels.get(event.ch)
            buffer = channel.output if channel else self.control if event.ch == 1 else self.health
            if event.offset <= buffer.end:
                buffer.ack(event.offset)

    def _unit(self, ch: int, offset: int, unit: Unit) -> None:
        assert self.link is not None
        if ch == 1 and isinstance(unit, CtrlUnit):
            self.told.append((unit.kind, unit.body))
            self.link.ack(1, offset + 1)
            return
        channel = self.channels[ch]
        if isinstance(unit, DataUnit):
            channel.received += unit.data
            if self.echo:
                channel.output.write(unit.data)
                self.link.wake(ch)
        elif isinstance(unit, CtrlUnit):
            channel.commands.append((unit.kind, unit.body))
        self.link.ack(ch, channel.input.next)
        self.link.grant_credit(ch, channel.input.next + WINDOW)


class Browser(Peer):
    """The browser leg with one channel at a time; `received` is what the screen would show."""

    path = "/-/link/browser"
    role = "browser"

    def __init__(self, port: int, key: PrivateKey, session: str, ticket: str = "") -> None:
        super().__init__(port, key)
        self.origin = f"http://127.0.0.1:{port}"
        self.session = session
        self.ticket = ticket
        self.ch = 15
        self.channel_key = ""
        self.typed_from = 0  # where a channel that is taken over stands (RESUME tells browsers)
        self.typed = SendBuffer(WINDOW)
        self.screen = Receiver()
        self.received = bytearray()
        self.controls: list[tuple[int, bytes]] = []
        self.window = WINDOW
        self.granted = 0
        self.opened: dict[str, Any] = {}
        self.refused: dict[str, Any] = {}
        self.closed: dict[str, Any] = {}
        self.notices: list[dict[str, Any]] = []
        self.wish: dict[str, Any] | None = None
        self.answered = asyncio.Event()
        self.arrived = asyncio.Event()

    def hello_members(self) -> dict[str, Any]:
        return {"session": self.session, "ticket": self.ticket}

    def welcomed(self) -> None:
        self.ticket = ""
        if self.channel_key:
            self._carry()
            positions = {"next": self.screen.next, "credit": self.screen.next + self.window}
            known = {"ch": self.ch, "key": self.channel_key, "kind": "shell", **positions}
            ends = {"end": self.typed.end, "acked": self.typed.acked}
            self.send(Channels([known | ends]))

    def _new_channel(self) -> None:
        self.answered.clear()
        self.opened, self.refused, self.closed = {}, {}, {}
        self.ch += 1
        self.typed = SendBuffer(WINDOW, start=self.typed_from)
        self.screen = Receiver()
        self._carry()

    def _carry(self) -> None:
        assert self.link is not None
        self.link.expect(self.ch, self.screen)
        self.link.attach(self.ch, self.typed, priority=INPUT)

    async def open(self, value: dict[str, Any], key: str) -> None:
        """Send OPEN; returns after OPENED or REFUSED."""
        assert self.link is not None
        self._ask(self.link, value)
        self.flush()
        await self._answer(key)

    async def arrive(self, value: dict[str, Any], key: str) -> None:
        """Connect and open in one round trip, as the session page does: OPEN goes behind HELLO."""
        self.wish = value
        await self.connect()
        await self._answer(key)

    def greeted(self, link: Link) -> None:
        if self.wish is not None:
            self._ask(link, self.wish)
            self.wish = None

    def _ask(self, link: Link, value: dict[str, Any]) -> None:
        self._new_channel()
        link.send(Open(self.ch, value))
        link.send(Resume((ResumeEntry(self.ch, 0, self.window),)))

    async def _answer(self, key: str) -> None:
        await asyncio.wait_for(self.answered.wait(), 60)
        self.channel_key = key if self.opened else ""

    async def watch(self, key: str) -> None:
        """Follow a recording from its start."""
        self._new_channel()
        self.send(Watch(self.ch, {"recording": key}))
        self.send(Resume((ResumeEntry(self.ch, 0, self.window),)))
        await asyncio.wait_for(self.answered.wait(), 60)
        self.channel_key = key if self.opened else ""

    def type(self, data: bytes) -> None:
        self.typed.write(data)
        assert self.link is not None
        self.link.wake(self.ch)
        self.flush()

    def frame(self, frame: Frame) -> None:
        match frame:
            case Opened(_, value):
                self.opened = value
                self.answered.set()
            case Refused(_, value):
                self.refused = value
                self.answered.set()
            case Close(_, value):
                self.closed = value
            case Notice(value):
                self.notices.append(value)

    def event(self, event: object) -> None:
        assert self.link is not None
        if isinstance(event, UnitReceived):
            if isinstance(event.unit, DataUnit):
                self.received += event.unit.data
                self.arrived.set()
            elif isinstance(event.unit, CtrlUnit):
                self.controls.append((event.unit.kind, event.unit.body))
            self.link.ack(event.ch, self.screen.next)
            if self.screen.next + self.window - self.granted >= self.window // 4:
                self.granted = self.screen.next + self.window
                self.link.grant_credit(event.ch, self.granted)
        elif isinstance(event, Acked):
            self.typed.ack(event.offset)
        elif isinstance(event, Rewound):
            self.flush()
