"""A device whose tunnels lead to a real program here, and a session's page that lends OPENs."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web
from typing_extensions import override

from reachback_wire.documents import Capability, Clause, Contract, Envelope, Grant, Technician, seal
from reachback_wire.documents import Open as OpenDocument
from reachback_wire.documents.contract import Who
from reachback_wire.frames import Close, Frame, Notice, Open
from reachback_wire.link import UnitReceived
from reachback_wire.signing import PrivateKey
from reachback_wire.units import DataUnit

from .customer import HOUR, Customer, now_ms
from .peers import Browser, Device
from .processes import until

TILL = "till-3:80"
HALF_END, EXIT = 15, 5


class TunnelCustomer(Customer):
    """The same hotel, whose contract allows one tunnel."""

    @override
    def _contract(self, issued: int) -> Contract:
        usual = super()._contract(issued)
        clause = Clause(4, (Capability("tunnel", (TILL,)),), who=Who(teams=("Remote team",)))
        return Contract(
            **{name: getattr(usual, name) for name in usual.__slots__} | {"clauses": (clause,)}
        )

    def grant(self, key: PrivateKey) -> Envelope:
        grant = Grant(
            id="grant-t",
            session="s1",
            technician=Technician("Tomás Rivera", ("Remote team",), "totp"),
            session_key=key.public_line,
            device=self.device_key.public_line,
            organisation="lotus",
            capabilities=("tunnel",),
            contract=self.contract.digest,
            nonce="00" * 16,
            issued=now_ms() - 1_000,
            expires=now_ms() + HOUR,
        )
        return seal(grant, self.grant_key)


class TargetDevice(Device):
    """Each channel is a TCP connection to `target_port` of this computer."""

    def __init__(self, port: int, key: PrivateKey, target_port: int) -> None:
        super().__init__(port, key, echo=False)
        self.target_port = target_port
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.towards: dict[int, asyncio.Queue[bytes]] = {}
        self.closes: list[int] = []

    @override
    def _open(self, ch: int, value: dict[str, Any]) -> None:
        super()._open(ch, value)
        if ch not in self.tasks:
            self.towards[ch] = asyncio.Queue()
            self.tasks[ch] = asyncio.create_task(self._carry_bytes(ch))

    @override
    def frame(self, frame: Frame) -> None:
        super().frame(frame)
        if isinstance(frame, Close):
            self.closes.append(frame.ch)
            if task := self.tasks.get(frame.ch):
                task.cancel()

    @override
    def event(self, event: object) -> None:
        if isinstance(event, UnitReceived) and event.ch not in self.channels and event.ch > 15:
            return  # behind our own CLOSE
        super().event(event)
        if isinstance(event, UnitReceived) and event.ch in self.towards:
            data = event.unit.data if isinstance(event.unit, DataUnit) else b""
            self.towards[event.ch].put_nowait(data)

    async def _carry_bytes(self, ch: int) -> None:
        how, sentence = "ended", "The connection has ended."
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            how, sentence = "connect", "till-3:80 cannot be reached from here: Connection refused."
        else:
            await self._both_ways(ch, reader, writer)
        if ch in self.channels:
            output = self.channels[ch].output
            account = json.dumps({"how": how, "sentence": sentence}).encode()
            for kind, payload in ((HALF_END, b""), (EXIT, account)):
                output.control(kind, bytes(24) + payload)
            assert self.link is not None
            self.link.wake(ch)
            self.flush()
            await until(lambda: self.channels[ch].output.acked >= output.end)
            self.end(ch, {"code": how, "sentence": sentence})

    async def _both_ways(
        self, ch: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async def onwards() -> None:
            while data := await self.towards[ch].get():
                writer.write(data)
                await writer.drain()

        going = asyncio.create_task(onwards())
        try:
            while data := await reader.read(65_536):
                await self._room(ch, len(data))
                self.write(data, ch)
        except (OSError, KeyError):
            pass
        finally:
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            writer.transport.abort()

    async def _room(self, ch: int, size: int) -> None:
        await until(lambda: self.channels[ch].output.room >= size)

    @override
    async def close(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        await super().close()


class LendingPage(Browser):
    """The session's page: signs an OPEN whenever the front says that a request wants one."""

    def __init__(self, port: int, customer: TunnelCustomer, ticket: str = "ticket-1") -> None:
        self.customer = customer
        super().__init__(port, PrivateKey.generate(), "s1", ticket)
        self.grant = customer.grant(self.key)
        self.count = 0
        self.lends = True
        self.target = TILL

    @override
    def frame(self, frame: Frame) -> None:
        super().frame(frame)
        if isinstance(frame, Notice) and self.lends:
            for _ in range(int(frame.value.get("origin", {}).get("want", 0))):
                self.lend()

    def lend(self) -> None:
        self.count += 1
        document = OpenDocument(
            grant="grant-t",
            channel=f"s1.{self.count}",
            kind="tunnel",
            parameters={"target": self.target},
            counter=self.count,
        )
        sealed = seal(document, self.key)
        value = {"grant": self.grant.to_json(), "open": sealed.to_json(), "lent": True}
        self.send(Open(15 + self.count, value))

    @property
    def told(self) -> dict[str, Any]:
        """The newest word about the origin."""
        found = [notice["origin"] for notice in self.notices if "origin" in notice]
        return found[-1] if found else {}


class Till:
    """A real HTTP server: what a till's own web page needs, and some of its bad habits."""

    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.uploaded = b""
        self.again = asyncio.Event()
        application = web.Application(client_max_size=64 * 1024 * 1024)
        routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/": self._page,
            "/static/till.css": self._page,
            "/-/live": self._page,
            "/moved": self._moved,
            "/cookies": self._cookies,
            "/upload": self._upload,
            "/big": self._big,
            "/drip": self._drip,
            "/socket": self._socket,
            "/silent": self._silent,
        }
        for path, handler in routes.items():
            application.router.add_route("*", path, handler)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        self.port = 0

    async def start(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        self.again.set()
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Strict-Transport-Security": "max-age=9999",
            "Clear-Site-Data": '"cookies"',
        }
        text = f"<h1>Till 3</h1><p>{request.path}</p>"
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _moved(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.query["to"])

    async def _cookies(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        answer = web.Response(text="set")
        answer.headers.add("Set-Cookie", "till=3; Domain=.localhost; Path=/; Secure; HttpOnly")
        answer.headers.add("Set-Cookie", "reachback_page=mine; Path=/")
        return answer

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        self.uploaded = await request.read()
        return web.Response(text=str(len(self.uploaded)))

    async def _big(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for number in range(int(request.query["pieces"])):
            await answer.write(bytes([number % 251]) * 65_536)
        return answer

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await answer.write(b"data: first\n\n")
        await self.again.wait()
        await answer.write(b"data: second\n\n")
        return answer

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(f"till: {message.data}")
        return socket

    async def _silent(self, request: web.Request) -> web.StreamResponse:
        await self.again.wait()
        return web.Response(text="late")
