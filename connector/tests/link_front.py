"""A small real front: HTTP enrolment and the device link over real sockets, with `wire`'s Link."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from loopback import Listener, closed
from lotus_customer import Customer
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, Request

from reachback_wire.documents import Envelope, Hello
from reachback_wire.frames import (
    Challenge,
    Channels,
    Close,
    Frame,
    Nonces,
    Open,
    Opened,
    Refused,
    Resume,
    ResumeEntry,
    Welcome,
)
from reachback_wire.frames import Hello as HelloFrame
from reachback_wire.leaves import (
    TAGS,
    LeafChain,
    gap_leaf,
    leaf_hash,
    split_redacted,
    split_testimony,
)
from reachback_wire.link import Acked, Event, FrameReceived, Link, UnitReceived
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

CREDIT = 1 << 22
# How long a test waits before it calls something lost, in seconds; not a bar.
PATIENCE = 60.0


class Channel:
    """What the front keeps of a session channel: the recording, and the browser's send buffer."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.receiver = Receiver()
        self.units: list[tuple[int, Unit]] = []
        self.keys = SendBuffer(1 << 20)
        self.closed: dict[str, Any] | None = None

    @property
    def output(self) -> bytes:
        return b"".join(u.data for _, u in self.units if isinstance(u, DataUnit))

    def controls(self, kind: int) -> list[CtrlUnit]:
        return [u for _, u in self.units if isinstance(u, CtrlUnit) and u.kind == kind]

    @property
    def gaps(self) -> list[GapUnit]:
        return [u for _, u in self.units if isinstance(u, GapUnit)]

    def receipts(self) -> list[dict[str, Any]]:
        return [json.loads(json.loads(u.body)["body"]) for u in self.controls(10)]

    def contiguous(self) -> bool:
        at = 0
        for offset, unit in self.units:
            if offset != at:
                return False
            at += unit.length
        return True

    def chain(self) -> LeafChain:
        """The leaf chain recomputed from what arrived."""
        chain, waiting = LeafChain(self.key), b""
        for _, unit in self.units:
            if isinstance(unit, DataUnit):
                waiting += unit.data
            elif isinstance(unit, GapUnit):
                chain.add(gap_leaf(unit.length, unit.time, unit.salt, unit.sha256))
            elif unit.kind == 3:
                chain.add(split_redacted(unit.body)[1])
            elif unit.kind == 1:
                moment, salt, _ = split_testimony(unit.body)
                chain.add(leaf_hash(b"o", moment, salt, waiting))
                waiting = b""
            elif unit.kind not in (10, 48):
                moment, salt, payload = split_testimony(unit.body)
                tag = TAGS[unit.kind]
                chain.add(leaf_hash(tag, moment, salt, payload))
        return chain


class Front:
    """Server for one device. `documents` are sent after each WELCOME."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.port = 0
        self.token = "good-token"
        self.documents: list[Envelope] = []
        self.enrolments: list[dict[str, Any]] = []
        self.hellos: list[Hello] = []
        self.nonces: list[bytes] = []
        self.reports: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []
        self.answers: dict[int, Any] = {}
        self.channels: dict[int, Channel] = {}
        self.states: dict[int, dict[str, Any]] = {}
        self.raw = bytearray()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self.credit = CREDIT
        self.links = 0
        self.left = 0
        self.hold = "none"
        self.clock_shift = 0
        self._listener = Listener(self._serve)
        self._changed = asyncio.Event()
        self._link: Link | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._ws: WSConnection | None = None
        self._control = SendBuffer(1 << 22)

    async def start(self) -> None:
        await self._listener.start()
        self.port = self._listener.port
        self._ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        """LINKACKs and probes go out in time, whether anything comes in or not."""
        while True:
            if self._link is not None and self.reading:
                self._link.tick(time.monotonic())
                self._flush()
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self._ticking.cancel()
        await self._listener.close()

    @property
    def reading(self) -> bool:
        return self._may_read.is_set()

    def read_no_more(self) -> None:
        """Let bytes pile up in the sockets, as a front that hangs does."""
        self._may_read.clear()

    def read_on(self) -> None:
        self._may_read.set()

    def abort(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    async def until(self, what: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait for a fact that incoming frames bring about."""
        async with asyncio.timeout(seconds):
            while not what():
                self._changed.clear()
                await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST"):
            await self._enrol(head, reader, writer)
        else:
            await self._hold_link(head, reader, writer)

    async def _enrol(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        request = json.loads(await reader.readexactly(length))
        self.enrolments.append(request)
        if request["token"] != self.token:
            status, answer = 403, {"code": "token-unknown", "sentence": "The token is not known."}
        else:
            self.customer.device = request["key"]
            status, answer = (
                201,
                {
                    "device": "dev-1",
                    "name": "lijiang-frontdesk",
                    "organisation": "lotus",
                    "organisation_name": "Lotus Hotels",
                    "node": "main",
                    "link_url": f"ws://127.0.0.1:{self.port}/-/link/device",
                    "keysets": [self.customer.sealed_keyset().to_json()],
                },
            )
        body = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    async def _hold_link(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        ws = WSConnection(ConnectionType.SERVER)
        ws.receive_data(head)
        request = next(iter(ws.events()))
        assert isinstance(request, Request)
        writer.write(ws.send(AcceptConnection(subprotocol=request.subprotocols[0])))
        self._link, self._writer, self._ws = Link(time.monotonic()), writer, ws
        for channel in self.channels.values():
            channel.receiver.disconnect()
        link = self._link
        self._nonce = secrets.token_urlsafe(24)
        moment = time.time_ns() // 1_000_000 + self.clock_shift
        link.send(
            Challenge(
                {
                    "versions": [1, 1],
                    "node": "main",
                    "nonce": self._nonce,
                    "time": moment,
                    "features": [],
                }
            )
        )
        self._flush()
        while data := await reader.read(65_536):
            await self._may_read.wait()
            self._receive(ws, link, data)
            if self._link is link:
                self._flush()
            self._changed.set()
        self.left += 1
        self._changed.set()

    def _receive(self, ws: WSConnection, link: Link, data: bytes) -> None:
        ws.receive_data(data)
        for event in ws.events():
            if isinstance(event, BytesMessage):
                self.raw += event.data
                for found in link.receive(bytes(event.data), time.monotonic()):
                    self._handle(link, found)

    def _flush(self) -> None:
        assert self._link is not None
        assert self._writer is not None
        assert self._ws is not None
        for message in self._link.transmit(time.monotonic()):
            self._writer.write(self._ws.send(BytesMessage(data=message)))

    def _handle(self, link: Link, event: Event) -> None:
        match event:
            case FrameReceived(frame):
                self._frame(link, frame)
            case UnitReceived(ch, offset, unit):
                self._unit(link, ch, offset, unit)
            case Acked(ch, offset):
                (self._control if ch == 1 else self.channels[ch].keys).ack(offset)

    def _frame(self, link: Link, frame: Frame) -> None:
        match frame:
            case HelloFrame(value):
                self._hello(link, value)
            case Nonces(nonces):
                self.nonces = list(nonces)
            case Channels(states):
                self._resume(link, states)
            case Opened(ch, value):
                self.answers[ch] = ("opened", value)
            case Refused(ch, value):
                self.answers[ch] = ("refused", value)
            case Close(ch, value) if ch in self.channels:
                self.channels[ch].closed = value

    def _hello(self, link: Link, value: dict[str, Any]) -> None:
        envelope = Envelope.from_json(value)
        hello = Hello.parse(envelope.body)
        assert envelope.signers(Hello.TYPE, {hello.key})
        assert hello.nonce == self._nonce
        self.hellos.append(hello)
        self.links += 1
        moment = time.time_ns() // 1_000_000 + self.clock_shift
        welcome = {"version": 1, "generation": self.links, "hold": self.hold, "time": moment}
        link.send(Welcome({**welcome, "features": [], "session": None}))
        self._control = SendBuffer(1 << 22)
        link.attach(1, self._control, priority=0)
        for ch in (1, 2):
            link.expect(ch, Receiver())
        for number, document in enumerate(self.documents):
            self.control(32, {"id": f"d{number}", "kind": document.type, **document.to_json()})

    def control(self, kind: int, value: dict[str, Any]) -> None:
        assert self._link is not None
        self._control.control(kind, json.dumps(value).encode())
        self._link.wake(1)
        self._flush()

    def _resume(self, link: Link, states: list[dict[str, Any]]) -> None:
        entries = []
        for state in states:
            ch = state["ch"]
            self.states[ch] = state
            channel = self.channels.setdefault(ch, Channel(state["key"]))
            self._attach(link, ch, channel, state["next"], state["credit"])
            following = channel.receiver.next
            entries.append(ResumeEntry(ch, following, following + self.credit))
        if entries:
            link.send(Resume(tuple(entries)))

    def _attach(self, link: Link, ch: int, channel: Channel, start: int, credit: int) -> None:
        channel.keys.ack(start)
        link.attach(ch, channel.keys, priority=1, next=start, credit=credit)
        link.expect(ch, channel.receiver)

    def _unit(self, link: Link, ch: int, offset: int, unit: Unit) -> None:
        if ch in (1, 2):
            assert isinstance(unit, CtrlUnit)
            (self.reports if ch == 1 else self.results).append(json.loads(unit.body))
            link.ack(ch, offset + 1)
            return
        channel = self.channels[ch]
        channel.units.append((offset, unit))
        link.ack(ch, channel.receiver.next)
        link.grant_credit(ch, channel.receiver.next + self.credit)

    # What a browser does

    async def linked(self, links: int = 1) -> None:
        await self.until(lambda: self.links >= links and self.nonces)

    async def open(self, grant: Envelope, wish: Envelope, ch: int = 16) -> tuple[str, Any]:
        assert self._link is not None
        self.answers.pop(ch, None)
        key = json.loads(wish.body)["channel"]
        if ch not in self.channels:
            self.channels[ch] = Channel(key)
            self._attach(self._link, ch, self.channels[ch], 0, 0)
        self._link.grant_credit(ch, self.credit)
        self._link.send(Open(ch, {"grant": grant.to_json(), "open": wish.to_json()}))
        self._flush()
        await self.until(lambda: ch in self.answers)
        return self.answers[ch]

    async def take_over(
        self, grant: Envelope, wish: Envelope, ch: int = 16
    ) -> tuple[str, dict[str, Any]]:
        """OPEN of kind `attach`; when it is opened, what is typed begins where the device says."""
        assert self._link is not None
        word, value = await self.open(grant, wish, ch)
        if word == "opened":
            self.restart_input(int(value["input"]), ch)
        return word, value

    def restart_input(self, at: int, ch: int = 16) -> None:
        """Begin what is typed at `at`, as somebody else's."""
        assert self._link is not None
        channel = self.channels[ch]
        channel.keys = SendBuffer(1 << 20, start=at)
        self._link.detach(ch)
        self._link.attach(ch, channel.keys, priority=1, next=at, credit=at + 65_536)
        self._link.expect(ch, channel.receiver)
        following = channel.receiver.next
        self._link.send(Resume((ResumeEntry(ch, following, following + self.credit),)))

    def type(self, data: bytes, ch: int = 16) -> None:
        assert self._link is not None
        self.channels[ch].keys.write(data)
        self._link.wake(ch)
        self._flush()

    def command(self, kind: int, body: bytes, ch: int = 16) -> None:
        assert self._link is not None
        self.channels[ch].keys.control(kind, body)
        self._link.wake(ch)
        self._flush()

    def close_channel(self, ch: int = 16) -> None:
        assert self._link is not None
        self._link.send(Close(ch, {"code": "closed", "sentence": "The technician left."}))
        self._flush()

    async def sees(self, text: bytes, ch: int = 16, seconds: float = PATIENCE) -> bytes:
        """Wait until the channel's output contains `text`; the whole output."""
        await self.until(lambda: text in self.channels[ch].output, seconds)
        return self.channels[ch].output


class CuttingProxy:
    """Forwards bytes both ways. Each connection is cut after the next number of bytes in `plan`,

    wherever in a frame that falls; with an empty plan connections live on.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = Listener(self._serve)
        self._left: int | None = None
        self.plan: list[int] = []
        self._writers: list[asyncio.StreamWriter] = []
        self.cuts = 0
        self.port = 0

    async def start(self) -> None:
        await self._listener.start()
        self.port = self._listener.port

    async def stop(self) -> None:
        self.cut()
        await self._listener.close()

    async def start_again(self) -> None:
        await self._listener.start()

    def cut(self) -> None:
        self._left = None
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.plan:
            self._left = self.plan.pop()
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, other_writer]
        try:
            await asyncio.gather(self._pump(reader, other_writer), self._pump(other_reader, writer))
        finally:
            await closed(other_writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(16_384):
                if self._left is not None and len(data) >= self._left:
                    writer.write(data[: self._left])
                    await writer.drain()
                    self.cut()
                    return
                if self._left is not None:
                    self._left -= len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            writer.close()
