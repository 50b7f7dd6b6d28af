"""A gateway that fell to an attacker: it holds the provider's grant key and everything that the
customer ever published, but none of the customer's keys.

It takes enrolments and links like the real front, follows one line of JSON on standard input per
order and answers with one line. Run as a process of its own by `hostile_process.py`.
"""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Any

from hostile_link import PATIENCE, Closed, DeviceLink

from reachback_wire.documents import CaseReference, Envelope, Grant, Open, Technician, seal
from reachback_wire.frames import (
    Challenge,
    Channels,
    Ctrl,
    Data,
    Frame,
    Nonces,
    Opened,
    Refused,
    Resume,
    ResumeEntry,
    Seek,
    Welcome,
)
from reachback_wire.frames import Hello as HelloFrame
from reachback_wire.frames import Open as OpenFrame
from reachback_wire.signing import PrivateKey

HOUR = 3_600_000
CREDIT = 4_000_000


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Loot:
    """What the attacker has: the grant key, a session key, the published documents, a user."""

    grant_key: PrivateKey
    documents: dict[str, Envelope] = field(default_factory=dict)
    user: str = ""
    canary: str = ""
    device: str = ""
    keyset: dict[str, Any] = field(default_factory=dict)
    session: PrivateKey = field(default_factory=PrivateKey.generate)
    own: PrivateKey = field(default_factory=PrivateKey.generate)


class Gateway:
    """Serves links; `link` is the newest one that was welcomed."""

    def __init__(self, loot: Loot) -> None:
        self.loot = loot
        self.port = 0
        self.clock_shift = 0
        self.serving: list[str] = []
        self.links: list[DeviceLink] = []
        self.nonces: list[bytes] = []
        self.reports: list[dict[str, Any]] = []
        self.output: dict[int, bytearray] = {}
        self.units_end: dict[int, int] = {}
        self.channels: list[dict[str, Any]] = []
        self.opens = 0
        self.ch = 15
        self._fresh = asyncio.Event()

    async def start(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    @property
    def link(self) -> DeviceLink:
        return self.links[-1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"POST"):
                await self._enrol(head, reader, writer)
            else:
                await self._hold(DeviceLink(reader, writer), head)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _enrol(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        self.loot.device = json.loads(await reader.readexactly(length))["key"]
        answer = {
            "device": "dev-1",
            "name": "lijiang-frontdesk",
            "organisation": "lotus",
            "organisation_name": "Lotus Hotels",
            "node": "main",
            "link_url": f"ws://127.0.0.1:{self.port}/-/link/device",
            "keysets": [self.loot.keyset],
        }
        body = json.dumps(answer).encode()
        writer.write(b"HTTP/1.1 201 X\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()

    async def _hold(self, link: DeviceLink, head: bytes) -> None:
        link.accept(head)
        link.on_frame = lambda frame: self._hear(link, frame)
        link.send(Challenge(self.challenge()))
        await link.read()

    def challenge(self) -> dict[str, Any]:
        moment = now() + self.clock_shift
        nonce = secrets.token_urlsafe(24)
        return {"versions": [1, 1], "node": "main", "nonce": nonce, "time": moment, "features": []}

    def _hear(self, link: DeviceLink, frame: Frame) -> None:
        match frame:
            case HelloFrame():
                moment = now() + self.clock_shift
                value = {"version": 1, "generation": 1, "hold": "none", "time": moment}
                link.send(Welcome({**value, "features": [], "session": None}))
                for name in self.serving:
                    self.document(self.loot.documents[name], link=link, name=name)
            case Nonces(nonces):
                self.nonces = list(nonces)
            case Channels(states):
                self._resume(link, states)
                self.links.append(link)
                self._fresh.set()
            case Seek(ch, offset):
                self.units_end[ch] = offset
            case Ctrl(ch, kind, body):
                self._control(link, ch, kind, body)
            case Data(ch, data):
                self._data(link, ch, data)

    def _resume(self, link: DeviceLink, states: list[dict[str, Any]]) -> None:
        self.channels = states
        entries = []
        for state in states:
            at = max(self.units_end.get(state["ch"], 0), state["acked"])
            link.offsets[state["ch"]] = state["next"]
            link.send(Seek(state["ch"], state["next"]))
            entries.append(ResumeEntry(state["ch"], at, at + CREDIT))
        if entries:
            link.send(Resume(tuple(entries)))

    def _control(self, link: DeviceLink, ch: int, kind: int, body: bytes) -> None:
        self.units_end[ch] = self.units_end.get(ch, 0) + 1
        if ch == 1 and kind == 33:
            self.reports.append(json.loads(body))
        link.take(ch, self.units_end[ch])

    def _data(self, link: DeviceLink, ch: int, data: bytes) -> None:
        self.output.setdefault(ch, bytearray()).extend(data)
        self.units_end[ch] = self.units_end.get(ch, 0) + len(data)
        link.take(ch, self.units_end[ch])

    # What attacks and honest sessions are made of

    async def back(self) -> DeviceLink:
        """Wait until the device is linked (again)."""
        async with asyncio.timeout(PATIENCE):
            while not self.links or self.link.closed:
                self._fresh.clear()
                await self._fresh.wait()
        return self.link

    async def relink(self) -> None:
        """Drop the connection and wait for the next one."""
        self.link.abort()
        self.link.closed = True
        await self.back()

    async def with_nonces(self, number: int) -> None:
        """Have so many link nonces of the device's; a new connection brings four."""
        await self.back()
        while len(self.nonces) < number:
            await self.relink()

    def document(self, envelope: Envelope, *, link: DeviceLink | None = None, name: str) -> None:
        """Send a document as the front does."""
        kind = json.loads(envelope.body).get("type", "")
        value = {"id": name, "kind": kind, **envelope.to_json()}
        (link or self.link).unit(Ctrl(1, 32, json.dumps(value).encode()))

    async def reported(self, name: str) -> dict[str, Any]:
        """The device's report about the document of that name."""
        found = lambda: [r for r in self.reports if r.get("document") == name]  # noqa: E731
        await self.link.until(found)
        return found()[-1]

    def grant(self, **changes: Any) -> Grant:
        """A grant as the provider's web process would make it, for the newest contract."""
        contract = self.loot.documents[self.serving[-1]]
        fresh = secrets.token_hex(4)
        moment = now() + self.clock_shift
        made = Grant(
            id=f"grant-{fresh}",
            session=f"s{fresh}",
            technician=Technician("Tomas Rivera", ("Remote team",), "totp"),
            session_key=self.loot.session.public_line,
            device=self.loot.device,
            organisation="lotus",
            capabilities=("shell.user",),
            contract=contract.digest,
            nonce=self.nonces.pop(0).hex() if "nonce" not in changes else "",
            issued=moment,
            expires=moment + HOUR,
            case=CaseReference(1, "Registration page"),
        )
        return replace(made, **changes)

    def wish(self, grant: Grant, **changes: Any) -> Open:
        """An OPEN whose first bytes make the canary file, should any shell read them."""
        self.opens += 1
        made = Open(
            grant=grant.id,
            channel=f"{grant.session}.{self.opens}",
            kind="shell",
            parameters=self.shell(),
            counter=self.opens,
            first=f"touch {self.loot.canary}\n".encode(),
        )
        return replace(made, **changes)

    def shell(self, **changes: Any) -> dict[str, Any]:
        made = {"run_as": self.loot.user, "columns": 80, "rows": 24, "term": "xterm"}
        return {**made, "login": False, **changes}

    def seal(self, grant: Grant) -> Envelope:
        return seal(grant, self.loot.grant_key)

    async def ask(self, grant: Envelope, wish: Envelope, ch: int = 0) -> dict[str, Any]:
        """Send OPEN; what the device answers on that channel."""
        return await self.ask_value({"grant": grant.to_json(), "open": wish.to_json()}, ch)

    async def ask_value(self, value: dict[str, Any], ch: int = 0) -> dict[str, Any]:
        if not ch:
            self.ch += 1
        ch = ch or self.ch
        link, heard = self.link, len(self.link.heard)
        link.send(OpenFrame(ch, value), Resume((ResumeEntry(ch, 0, CREDIT),)))

        def answer() -> list[Opened | Refused]:
            later = link.heard[heard:]
            return [f for f in later if isinstance(f, Opened | Refused) and f.ch == ch]

        try:
            await link.until(answer)
        except Closed:
            return {"word": "closed"}
        found = answer()[0]
        return {"word": type(found).__name__.lower(), "ch": ch, **found.value}

    async def open(self, **changes: Any) -> dict[str, Any]:
        """One OPEN with a grant changed as told, everything else as it should be."""
        grant = self.grant(**changes)
        return await self.ask(self.seal(grant), seal(self.wish(grant), self.loot.session))

    async def honest(self, first: str, until: str, ch: int = 0) -> dict[str, Any]:
        """A session as it should be: its output once it contains `until`."""
        await self.with_nonces(1)
        grant = self.grant()
        wish = self.wish(grant, first=first.encode())
        answer = await self.ask(self.seal(grant), seal(wish, self.loot.session), ch)
        if answer["word"] == "opened":
            at = answer["ch"]
            await self.link.until(lambda: until.encode() in self.output.get(at, b""))
            answer["output"] = self.output[at].decode(errors="replace")
        return answer
