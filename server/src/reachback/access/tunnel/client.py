"""The session's link from the technician's computer: lost and found again, channels and all."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Final

from reachback.access.tunnel.asking import Answer
from reachback.access.tunnel.connection import WINDOW, Joined
from reachback.access.tunnel.errors import TunnelError
from reachback.access.tunnel.socket import Socket
from reachback_wire.documents import Grant, seal
from reachback_wire.documents import Hello as HelloDocument
from reachback_wire.documents import Open as OpenDocument
from reachback_wire.frames import (
    Bye,
    Challenge,
    Channels,
    Close,
    Frame,
    Hello,
    Open,
    Opened,
    Refused,
    Resume,
    ResumeEntry,
    Welcome,
)
from reachback_wire.link import (
    BULK,
    CONTROL,
    Acked,
    Event,
    FrameReceived,
    Link,
    PeerSilent,
    RemoteError,
    UnitReceived,
)
from reachback_wire.signing import PrivateKey

CONNECTIONS_MOST: Final = 60
_FIRST_CH: Final = 16
_COME_BACK: Final = frozenset({"web-down", "restarting", "silent"})
_WAITS: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)

Say = Callable[[str], None]


class Client:
    """Holds the session key; opens a channel for every local connection."""

    def __init__(self, server: str, key: PrivateKey, answer: Answer, target: str, say: Say) -> None:
        self._server = server
        self._key = key
        self._answer = answer
        self._ticket = answer.ticket
        self._target = target
        self._say = say
        self._joined: dict[int, Joined] = {}
        self._unanswered: dict[int, dict[str, Any]] = {}
        self._grant = Grant.parse(answer.grant.body).id
        self._count = 0
        self._link: Link | None = None
        self._news = asyncio.Event()
        self._welcomed = False
        self._bye: dict[str, Any] = {}
        self.ready = asyncio.Event()

    # Local connections

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one local connection until it has ended."""
        if len(self._joined) >= CONNECTIONS_MOST:
            self._say(f"More than {CONNECTIONS_MOST} connections at once: one was not taken.")
            writer.transport.abort()
            return
        self._count += 1
        ch, key = _FIRST_CH - 1 + self._count, f"{self._answer.session}.{self._count}"
        joined = Joined(ch, key, (reader, writer), self._news.set)
        self._joined[ch] = joined
        self._unanswered[ch] = self._wish(key)
        if self._link is not None and self._welcomed:
            self._ask(self._link, joined)
        try:
            await joined.run()
        finally:
            self._leave(joined)

    def _wish(self, key: str) -> dict[str, Any]:
        """OPEN for one connection; asked again word for word after a lost link."""
        document = OpenDocument(
            grant=self._grant,
            channel=key,
            kind="tunnel",
            parameters={"target": self._target},
            counter=self._count,
        )
        sealed = seal(document, self._key)
        return {"grant": self._answer.grant.to_json(), "open": sealed.to_json()}

    def _ask(self, link: Link, joined: Joined) -> None:
        joined.carry(link)
        link.send(Open(joined.ch, self._unanswered[joined.ch]))
        link.send(Resume((ResumeEntry(joined.ch, 0, WINDOW),)))
        self._news.set()

    def _leave(self, joined: Joined) -> None:
        self._joined.pop(joined.ch, None)
        self._unanswered.pop(joined.ch, None)
        if self._link is not None and self._welcomed:
            if not joined.account:
                value = {"code": "closed", "sentence": "The local program left."}
                self._link.send(Close(joined.ch, value))
            self._link.detach(joined.ch)
            self._news.set()
        account = joined.account
        if account and account["how"] not in {"ended", "closed"}:
            self._say(account["sentence"][:300])

    # The link

    async def stay(self) -> None:
        """Keep the session's link until the session is over: TunnelError says why."""
        lost, fails = False, 0
        while True:
            try:
                await self._once()
            except TunnelError:
                raise
            except (OSError, TimeoutError, RemoteError):
                pass
            self._drop()
            fails = 0 if self._welcomed else fails + 1
            if self._welcomed and not lost:
                self._say("The line is lost. Nothing is: connections wait.")
            lost, self._welcomed = True, False
            self._judge_bye()
            wait = _WAITS[min(fails, len(_WAITS) - 1)]
            await asyncio.sleep(wait * (500 + secrets.randbelow(500)) / 1000)

    def _judge_bye(self) -> None:
        bye, self._bye = self._bye, {}
        code = str(bye.get("code", "silent"))
        if code not in _COME_BACK:
            raise TunnelError(code, str(bye.get("sentence", "The session is over."))[:300])

    def _drop(self) -> None:
        self._link = None
        for joined in self._joined.values():
            joined.lost()

    async def _once(self) -> None:
        socket = await Socket.connect(self._server, self._answer.link)
        link = Link(self._now(), priority_of=lambda ch: BULK if ch >= _FIRST_CH else CONTROL)
        link.set_busy(True)
        self._link = link
        writing = asyncio.create_task(self._transmit(socket, link))
        hearing = asyncio.create_task(self._hear(socket, link))
        try:
            done, _ = await asyncio.wait({writing, hearing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (writing, hearing):
                task.cancel()
            await asyncio.gather(writing, hearing, return_exceptions=True)
            await socket.close()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _transmit(self, socket: Socket, link: Link) -> None:
        while True:
            self._news.clear()
            while messages := link.transmit(self._now()):
                await socket.write(messages)
            deadline = link.next_deadline()
            if deadline is None:
                raise TimeoutError
            try:
                async with asyncio.timeout(max(0.001, deadline - self._now())):
                    await self._news.wait()
            except TimeoutError:
                if any(isinstance(event, PeerSilent) for event in link.tick(self._now())):
                    raise

    async def _hear(self, socket: Socket, link: Link) -> None:
        while messages := await socket.messages():
            for message in messages:
                for event in link.receive(message, self._now()):
                    self._event(link, event)
            self._news.set()

    def _event(self, link: Link, event: Event) -> None:
        if isinstance(event, FrameReceived):
            self._frame(link, event.frame)
        elif isinstance(event, UnitReceived) and event.ch in self._joined:
            self._joined[event.ch].unit(event.unit)
        elif isinstance(event, Acked) and event.ch in self._joined:
            self._joined[event.ch].acked(event.offset)

    def _frame(self, link: Link, frame: Frame) -> None:
        match frame:
            case Challenge(value):
                link.send(Hello(self._hello(value)))
            case Welcome():
                self._back(link)
            case Bye(value):
                self._bye = value
            case Opened(ch) if ch in self._joined:
                self._joined[ch].opened = True
                self._unanswered.pop(ch, None)
            case Refused(ch, value) if ch in self._joined:
                self._say(str(value.get("sentence", "The device refused."))[:300])
                self._joined[ch].end()
            case Close(ch, value) if ch in self._joined:
                self._closed(self._joined[ch], value)

    def _closed(self, joined: Joined, value: dict[str, Any]) -> None:
        if not joined.account:
            joined.account = {"how": value.get("code", ""), "sentence": value.get("sentence", "")}
            joined.end()

    def _hello(self, challenge: dict[str, Any]) -> dict[str, Any]:
        document = HelloDocument(
            role="browser",
            key=self._key.public_line,
            nonce=str(challenge["nonce"]),
            node=str(challenge["node"]),
            issued=int(challenge["time"]),
            session=self._answer.session,
            ticket=self._ticket,
        )
        return dict(seal(document, self._key).to_hello_json())

    def _back(self, link: Link) -> None:
        """WELCOME: everything that was open goes on, what was not answered is asked again."""
        if not self._ticket and not self._welcomed:
            self._say("The line is back.")
        self._ticket, self._welcomed = "", True
        opened = [joined for joined in self._joined.values() if joined.opened]
        for joined in opened:
            joined.carry(link)
        if opened:
            link.send(Channels([joined.state() for joined in opened]))
        for joined in self._joined.values():
            if not joined.opened:
                self._ask(link, joined)
        self.ready.set()
