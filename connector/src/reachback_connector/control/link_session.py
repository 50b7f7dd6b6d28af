"""One connection to the front, from CHALLENGE to its end: the asyncio skin around `Link`."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from reachback_connector.control.helper_client import HelperClient
from reachback_connector.control.outbox import Outbox, StandingSource
from reachback_connector.control.polling import Polling
from reachback_connector.control.relay import Relay
from reachback_connector.control.websocket import WebSocket
from reachback_connector.errors import ConnectorError, NetworkError
from reachback_connector.layout import Layout
from reachback_wire.frames import (
    Bye,
    Challenge,
    Channels,
    Close,
    Frame,
    Hello,
    Nonces,
    Open,
    Opened,
    Refused,
    Welcome,
)
from reachback_wire.link import (
    Acked,
    Event,
    FrameReceived,
    Link,
    PeerSilent,
    Rewound,
    UnitReceived,
)
from reachback_wire.link_errors import LinkError, RemoteError
from reachback_wire.liveness import IdleInterval
from reachback_wire.streams import Receiver
from reachback_wire.units import CtrlUnit, Unit

CONTROL_CH, HEALTH_CH = 1, 2
DOCUMENT, REPORT, CUT = 32, 33, 34
NONCE_SECONDS: Final = 240.0
_DRAIN_LOOK: Final = 0.05
"""While the kernel takes no more, what is due can wait this long (seconds)."""
_INTERACTIVE: Final = 2
_BULK: Final = 3
_BULK_KINDS: Final = frozenset({"files", "tunnel"})
_CONTROL_CLASS: Final = 0
_log = logging.getLogger("reachback.control")


@dataclass(slots=True)
class Shared:
    """What outlives a connection; `live` counts the channels it carries at this moment."""

    layout: Layout
    helper: HelperClient
    reports: Outbox
    results: Outbox
    idle: IdleInterval = field(default_factory=IdleInterval)
    on_welcome: Callable[[], None] = lambda: None
    link_up: bool = False
    live: int = 0
    wake: Callable[[], None] | None = None

    @property
    def telling(self) -> bool:
        """Something is still on its way to the server, and there is a link to take it."""
        return self.link_up and (self.live > 0 or len(self.reports) > 0)

    def wake_link(self) -> None:
        """Something was added to `reports` or `results`; without a link it waits there."""
        if self.wake is not None:
            self.wake()


class LinkSession:
    """The connection's state. `run` returns the retry hint in seconds (None: our own back-off)."""

    def __init__(self, shared: Shared, socket: WebSocket | Polling) -> None:
        self._shared = shared
        self._socket = socket
        self._link = Link(time.monotonic(), idle=shared.idle)
        self._relays: dict[int, Relay] = {}
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._sources = {
            CONTROL_CH: StandingSource(shared.reports),
            HEALTH_CH: StandingSource(shared.results),
        }
        for ch in self._sources:  # documents may stand in the same message as WELCOME
            self._link.expect(ch, Receiver())
        self._greetings: set[type[Frame]] = set()
        self._node = ""
        self._retry: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._flushing = False
        self._draining: asyncio.Task[None] | None = None
        self.challenged = False
        self.admitted = False
        self.welcomed = False
        self.carried = False  # a session was open over it, and not the server ended it
        self.up = asyncio.Event()
        self._parted = False

    async def run(self) -> float | None:
        """Serve until the connection ends; NetworkError says why when it was not a good-bye."""
        self._shared.wake = self.wake_standing
        try:
            async with asyncio.TaskGroup() as tasks:
                worker = tasks.create_task(self._perform())
                nonces = tasks.create_task(self._renew_nonces())
                await self._listen()
                worker.cancel()
                nonces.cancel()
        except BaseExceptionGroup as group:
            # Not `except*`: what that raises would come out inside a group again.
            broken, unforeseen = group.split((LinkError, ConnectorError, OSError))
            if broken is None or unforeseen is not None:
                raise
            raise _first(broken) from None
        finally:
            self._shared.link_up = False
            self._shared.live = 0
            self._shared.wake = None
            self._leave()
        return self._retry

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._draining is not None:
            self._draining.cancel()
        for relay in self._relays.values():
            relay.detach()
        self._socket.abort()

    async def _listen(self) -> None:
        self._set_timer()
        self._socket.listen(self._hear)
        try:
            await self._socket.ended
        except NetworkError:
            if not self._parted:
                raise

    async def part(self) -> None:
        """End the connection by our own will; `run` then returns as after a good-bye."""
        self._parted = True
        await self._socket.close()

    def _hear(self, messages: list[bytes]) -> None:
        """One read of the socket: everything it brought, then one writing."""
        now = time.monotonic()
        for message in messages:
            for event in self._link.receive(message, now):
                self._handle(event)
        for relay in self._relays.values():
            relay.flush()  # what was typed reaches the shell before anything is answered
        self._flush()

    def _handle(self, event: Event) -> None:
        match event:
            case UnitReceived(ch, offset, unit):
                self._unit(ch, offset, unit)
            case Acked(ch, offset):
                self._acked(ch, offset)
            case Rewound(ch, offset, _) if ch in self._relays:
                self._relays[ch].rewind(offset)
            case FrameReceived(frame):
                self._frame(frame)
            case PeerSilent():
                raise NetworkError("lost", "The server has fallen silent.")

    def _frame(self, frame: Frame) -> None:
        match frame:
            case Challenge(value):
                self._greeted_once(frame)
                self.challenged = True
                self._later(lambda: self._greet(value))
            case Welcome(value):
                self._greeted_once(frame)
                self.admitted = True
                self._standing_channels()
                self._later(lambda: self._welcomed(value))
            case Open(ch, value):
                self._later(lambda: self._open(ch, value))
            case Close(ch, value) if ch in self._relays:
                self._relays[ch].close(value)
            case Bye(value):
                self._bye(value)

    def _greeted_once(self, frame: Frame) -> None:
        if type(frame) in self._greetings:
            raise RemoteError("order", f"The server said {type(frame).__name__} twice.")
        self._greetings.add(type(frame))

    def _bye(self, value: dict[str, Any]) -> None:
        code, sentence = str(value.get("code", ""))[:64], str(value.get("sentence", ""))[:500]
        wait = value.get("retry_after", 0)
        self.carried = False
        self._retry = min(max(wait, 0), 3_600_000) / 1000 if isinstance(wait, int) else None
        raise NetworkError(f"bye-{code}", f"The server ended the link: {sentence or code}")

    # Work that asks the helper is done in order, apart from the reading of frames.

    def _later(self, job: Callable[[], Awaitable[None]]) -> None:
        self._work.put_nowait(job)

    async def _perform(self) -> None:
        while True:
            job = await self._work.get()
            await job()
            self._flush()

    async def _greet(self, value: dict[str, Any]) -> None:
        self._node = str(value.get("node", ""))
        answer = await self._shared.helper.ask(
            "hello",
            nonce=str(value.get("nonce", "")),
            node=self._node,
            time=_instant(value.get("time")),
        )
        self._link.send(Hello(answer["hello"]))

    async def _welcomed(self, value: dict[str, Any]) -> None:
        answer = await self._shared.helper.ask(
            "welcome", time=_instant(value.get("time")), hold=str(value.get("hold", "none"))
        )
        self._send_nonces(answer)
        await self._reattach()
        self.welcomed = self._shared.link_up = True
        self._shared.on_welcome()
        self.up.set()
        _log.info("The link to node %s is up.", self._node)

    def _standing_channels(self) -> None:
        """Channels 1 and 2 are there with WELCOME."""
        for ch, source in self._sources.items():
            self._link.attach(ch, source, priority=_CONTROL_CLASS)

    def _send_nonces(self, answer: dict[str, Any]) -> None:
        nonces = tuple(bytes.fromhex(text) for text in answer.get("nonces", ()))
        if nonces:
            self._link.send(Nonces(nonces))

    async def _renew_nonces(self) -> None:
        """The front's stock of link nonces is valid for 10 minutes; fresh ones come in time."""
        while True:
            await asyncio.sleep(NONCE_SECONDS)
            if self.welcomed:
                self._later(self._more_nonces)

    async def _more_nonces(self) -> None:
        self._send_nonces(await self._shared.helper.ask("nonces"))

    async def _reattach(self) -> None:
        """Tell the front every live channel; it answers with RESUME for those it wants."""
        answer = await self._shared.helper.ask("channels")
        for channel in answer["channels"]:
            try:
                await self._connect(str(channel["key"]), int(channel["ch"]))
            except NetworkError as error:
                _log.warning("Session %s: %s", channel["key"], error.sentence)
        self._link.send(Channels([relay.state for relay in self._relays.values()]))
        for ch, relay in self._relays.items():
            self._link.attach(ch, relay, priority=_class_of(relay))
        self._count()

    def _count(self) -> None:
        self._shared.live = len(self._relays)
        self.carried = self.carried or bool(self._relays)
        self._link.set_busy(bool(self._relays))

    async def _connect(self, key: str, ch: int) -> Relay:
        relay = await Relay.attach(self._shared.layout.holder_socket(key), ch, self)
        self._relays[ch] = relay
        self._link.expect(ch, Receiver(int(relay.state.get("next", 0))))
        return relay

    async def _open(self, ch: int, value: dict[str, Any]) -> None:
        asked = time.monotonic()
        answer = await self._shared.helper.ask(
            "open", ch=ch, grant=value.get("grant"), open=value.get("open")
        )
        if answer["answer"] != "opened":
            self._refuse(ch, answer["value"])
            return
        key = str(answer["value"]["key"])
        if ch not in self._relays:
            try:
                relay = await self._connect(key, int(answer["ch"]))
            except NetworkError as error:
                self._link.send(Close(ch, {"code": error.code, "sentence": error.sentence}))
                return
            self._link.send(Opened(ch, answer["value"]))
            self._link.attach(ch, relay, priority=_class_of(relay))
            self._link.grant_credit(ch, int(relay.state.get("credit", 65_536)))
            relay.rewind(int(relay.state.get("acked", 0)))
        else:
            self._again(ch, answer["value"])
        self._count()
        self._later(self._more_nonces)  # this grant took one; people may press Connect in a row
        _log.info("Session %s opened in %d ms.", key, (time.monotonic() - asked) * 1000)

    def _again(self, ch: int, value: dict[str, Any]) -> None:
        """A channel that lives: asked for twice, or in other hands, from which input offset."""
        offset = value.get("input")
        if isinstance(offset, int):
            self._relays[ch].begin_again()
            offset = max(offset, self._relays[ch].accepted)
            self._link.expect(ch, Receiver(offset))
            value = {**value, "input": offset}
        self._link.send(Opened(ch, value))

    def _refuse(self, ch: int, value: dict[str, Any]) -> None:
        self._link.send(Refused(ch, {**value, "by": "device"}))
        self._shared.reports.add(REPORT, {"kind": "denied", **value})
        self.wake_standing()
        _log.warning("OPEN refused: %s (%s)", value.get("sentence"), value.get("code"))

    # Streams

    def _unit(self, ch: int, offset: int, unit: Unit) -> None:
        relay = self._relays.get(ch)
        if relay is not None:
            relay.input(offset, unit)
        elif ch == CONTROL_CH and isinstance(unit, CtrlUnit):
            self._later(lambda: self._obey(offset, unit))

    async def _obey(self, offset: int, unit: CtrlUnit) -> None:
        value = _object(unit.body)
        if unit.kind == DOCUMENT:
            report = await self._shared.helper.ask("document", **_without(value, "do"))
            self._shared.reports.add(REPORT, report["report"])
        elif unit.kind == CUT:
            report = await self._shared.helper.ask("cut", **_without(value, "do"))
            self._shared.reports.add(REPORT, report["report"])
        self._link.ack(CONTROL_CH, offset + 1)
        self._link.grant_credit(CONTROL_CH, offset + 65_536)
        self.wake_standing()

    def _acked(self, ch: int, offset: int) -> None:
        if ch in self._sources:
            self._sources[ch].acknowledged(offset)
        elif ch in self._relays:
            self._relays[ch].acknowledge(offset)

    def wake_standing(self) -> None:
        """Reports or results were added."""
        for ch in self._sources:
            self._link.wake(ch)
        self._flush_soon()

    def relay_has_units(self, ch: int) -> None:
        self._link.wake(ch)

    def relay_accepted(self, ch: int, offset: int) -> None:
        self._link.ack(ch, offset)

    def relay_credits(self, ch: int, limit: int) -> None:
        self._link.grant_credit(ch, limit)

    def relay_heard(self) -> None:
        self._flush()

    def relay_closed(self, ch: int, value: dict[str, Any]) -> None:
        if self._relays.pop(ch, None) is not None:
            self._link.send(Close(ch, value))
            self._link.detach(ch)
            self._count()
            self._flush_soon()

    # Writing

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Write what may go now; what the kernel does not take is waited for, not added to."""
        self._flushing = False
        if self._draining is None:
            for message in self._link.transmit(time.monotonic()):
                self._socket.send(message)
            if self._socket.unwritten:
                self._draining = asyncio.get_running_loop().create_task(self._drain())
        for relay in self._relays.values():
            relay.flush()
        self._set_timer()

    async def _drain(self) -> None:
        try:
            await self._socket.drained()
        except OSError:
            return
        self._draining = None
        self._flush()

    def _set_timer(self) -> None:
        """Wake at the link's next deadline, unless a timer is set for earlier."""
        deadline = self._link.next_deadline()
        if deadline is None:
            return
        if self._draining is not None:
            deadline = max(deadline, time.monotonic() + _DRAIN_LOOK)
        if self._timer is not None:
            if self._timer_at <= deadline:
                return
            self._timer.cancel()
        self._timer_at = deadline
        wait = max(0.0, deadline - time.monotonic())
        self._timer = asyncio.get_running_loop().call_later(wait, self._tick)

    def _tick(self) -> None:
        self._timer = None
        for event in self._link.tick(time.monotonic()):
            if isinstance(event, PeerSilent):
                _log.warning("The server has fallen silent; the link is given up.")
                self._socket.abort()
                return
        self._flush()


def _instant(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 53 else 0


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {str(k): v for k, v in value.items() if k != name and str(k).isidentifier()}


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _class_of(relay: Relay) -> int:
    """A tunnel may carry anything: it never delays somebody's keys."""
    return _BULK if relay.state.get("kind") in _BULK_KINDS else _INTERACTIVE
