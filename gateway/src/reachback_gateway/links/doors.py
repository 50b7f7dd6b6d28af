"""Where links come in: `/-/link/device` and `/-/link/browser`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from urllib.parse import urlsplit

from aiohttp import web

from reachback_gateway.clock import monotonic, wall_ms
from reachback_gateway.errors import LinkRefusedError, WebRefusedError, WebUnavailableError
from reachback_gateway.incidents import Incidents
from reachback_gateway.journal import Journal
from reachback_gateway.links import greeting
from reachback_gateway.links.browser import BrowserLeg
from reachback_gateway.links.device import DOCUMENT, DeviceLeg
from reachback_gateway.links.leg import Leg, Socket
from reachback_gateway.links.links import Links
from reachback_gateway.links.poll import Polls, PollSocket
from reachback_gateway.links.seating import Seating
from reachback_gateway.links.socket import SUBPROTOCOL, accept
from reachback_gateway.ports import Admission, Identity, Json
from reachback_gateway.proxy import headers
from reachback_gateway.proxy.pages import refuse
from reachback_gateway.settings import Settings
from reachback_gateway.web_port import admission
from reachback_wire.documents import Hello
from reachback_wire.frames import Notice, Welcome
from reachback_wire.link import CONTROL, Link, RemoteError

Owner = list[DeviceLeg | BrowserLeg]
Serve = Callable[[Leg, Owner, str], Awaitable[None]]
Work = Coroutine[None, None, None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_RETRY_MS = 2_000
_WATCH_WEB = 2.0


class Doors:
    """Accepts, greets and serves both kinds of leg."""

    def __init__(
        self,
        settings: Settings,
        links: Links,
        *,
        identity: Identity,
        seating: Seating,
        journal: Journal,
        incidents: Incidents,
    ) -> None:
        self._incidents = incidents
        self._settings = settings
        self._links = links
        self._identity = identity
        self._seating = seating
        self._journal = journal
        self._tasks: set[asyncio.Task[None]] = set()
        self.open: set[Leg] = set()
        self.polls = Polls()
        self.pages_polls = Polls()

    async def device(self, request: web.Request) -> web.StreamResponse:
        """A device's connection, from upgrade to end."""
        return await self._accept(request, self._serve_device)

    async def device_without_upgrade(self, request: web.Request) -> web.StreamResponse:
        """A device whose way removes Upgrade: begin a connection of request pairs."""
        return self._begin(request, self.polls, self._serve_device)

    async def browser(self, request: web.Request) -> web.StreamResponse:
        """A browser's connection."""
        return await self._accept(request, self._serve_browser)

    async def browser_without_upgrade(self, request: web.Request) -> web.StreamResponse:
        """A page whose way removes Upgrade: the same connection, by request pairs."""
        return self._begin(request, self.pages_polls, self._serve_browser)

    def own(self, handler: Handler) -> Handler:
        """`handler` for pages of this very server: another site's page may not open a link.

        Browsers say Origin with every WebSocket and every POST and DELETE; no page can choose it.
        """

        async def checked(request: web.Request) -> web.StreamResponse:
            origin = urlsplit(request.headers.get("Origin", "")).netloc
            if origin and origin.lower() == request.host.lower():
                return await handler(request)
            return self._cross_site(request, origin)

        return checked

    def _cross_site(self, request: web.Request, origin: str) -> web.StreamResponse:
        self._journal.say("link.cross_site_refused", origin=origin, host=request.host)
        address, _ = headers.client(request, self._settings.proxies)
        sentence = "Another site may not open a link."
        self._incidents.add("link-refused", "cross-site", sentence, leg="browser", remote=address)
        return refuse(request, 403, "cross-site", sentence)

    def _begin(self, request: web.Request, polls: Polls, serve: Serve) -> web.StreamResponse:
        if len(self.open) >= self._settings.limits.links:
            return refuse(request, 503, "too-many-links", "This front carries no more links.")
        address, _ = headers.client(request, self._settings.proxies)
        name, socket = polls.begin()
        self._later(self._poll(socket, address, serve))
        return web.json_response({"id": name}, status=201, headers={"Cache-Control": "no-store"})

    async def _poll(self, socket: PollSocket, address: str, serve: Serve) -> None:
        try:
            await self._guarded(socket, address, serve)
        finally:
            socket.abort()

    async def stop(self) -> None:
        """Say BYE to everybody; they come back when the front does."""
        sentence = "The server restarts."
        waiting = [leg.bye("restarting", sentence, _RETRY_MS) for leg in tuple(self.open)]
        await asyncio.gather(*waiting)
        self._seating.stop()
        for task in tuple(self._tasks):
            task.cancel()

    async def _accept(self, request: web.Request, serve: Serve) -> web.StreamResponse:
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        if SUBPROTOCOL not in [part.strip() for part in offered.split(",")]:
            return refuse(request, 400, "wrong-subprotocol", f"This address speaks {SUBPROTOCOL}.")
        if len(self.open) >= self._settings.limits.links:
            return refuse(request, 503, "too-many-links", "This front carries no more links.")
        address, _ = headers.client(request, self._settings.proxies)
        socket = accept(request)
        if socket is None:
            return refuse(request, 426, "no-upgrade", "This address is for WebSockets.")
        try:
            await self._guarded(socket, address, serve)
        finally:
            socket.abort()
        await socket.gone
        return web.Response()  # never written: the connection is gone

    async def _guarded(self, socket: Socket, remote: str, serve: Serve) -> None:
        owner: Owner = []
        link = Link(monotonic(), priority_of=lambda ch: owner[0].class_of(ch) if owner else CONTROL)
        leg = Leg(socket, link)
        self.open.add(leg)
        try:
            await serve(leg, owner, remote)
        except RemoteError as problem:
            self._journal.say("link.peer_at_fault", code=problem.code, remote=remote)
            self._at_fault(serve, owner, problem.code, problem.sentence, remote)
            await leg.bye(problem.code, problem.sentence)
        except LinkRefusedError as problem:
            self._journal.say("link.refused", code=problem.code, remote=remote)
            leg_name = self._leg_name(serve)
            self._incidents.add(
                "link-refused", problem.code, problem.sentence, leg=leg_name, remote=remote
            )
            await leg.bye(problem.code, problem.sentence)
        except WebUnavailableError as problem:
            await leg.bye(problem.code, problem.sentence, _RETRY_MS)
        finally:
            self.open.discard(leg)
            leg.end("closed")

    def _leg_name(self, serve: Serve) -> str:
        return "device" if serve == self._serve_device else "browser"

    def _at_fault(self, serve: Serve, owner: Owner, code: str, sentence: str, remote: str) -> None:
        """Tell whose connection broke the protocol, as far as they had said who they are."""
        peer = owner[0] if owner else None
        about = {"leg": self._leg_name(serve), "remote": remote}
        if isinstance(peer, DeviceLeg):
            about["device"] = peer.id
        elif isinstance(peer, BrowserLeg):
            about["session"] = peer.session.id
        self._incidents.add("peer-at-fault", code, sentence, **about)

    # Devices

    async def _serve_device(self, leg: Leg, owner: Owner, remote: str) -> None:
        limits = self._settings.limits
        nonce = greeting.challenge(leg, self._settings.node)
        envelope, events = await greeting.hello(leg, limits.hello)
        hello = greeting.verify(envelope, role="device", nonce=nonce, node=self._settings.node)
        admitted, sure = await self._admit(envelope, hello, nonce, remote)
        device = DeviceLeg(
            leg,
            admitted,
            key=hello.key,
            instance=hello.instance,
            boot=hello.boot,
            links=self._links,
        )
        owner.append(device)
        await self._supersede(device)
        self._welcome(leg, admitted.generation, admitted.hold, None)
        for document in admitted.documents:
            device.tell(DOCUMENT, document)
        self._links.arrived(device)
        self._journal.say("link.device_up", device=device.id, generation=admitted.generation)
        if not sure:
            self._later(self._confirm(device, envelope, nonce, remote))
        try:
            leg.at_once = device.at_once
            await device.handle(events)
            while (more := await leg.next_events()) is not None:
                await device.handle(more)
        finally:
            self._device_gone(device)

    async def _admit(
        self, envelope: Json, hello: Hello, nonce: str, remote: str
    ) -> tuple[Admission, bool]:
        """Ask the web process; while it is away, what it said about this key last time."""
        try:
            found = await self._ask_hello(envelope, nonce, remote)
        except WebRefusedError as problem:
            raise LinkRefusedError(problem.code, problem.sentence) from problem
        except WebUnavailableError:
            kept = await self._links.store.recall_device(hello.key)
            if kept is None or kept.get("instance") != hello.instance:
                raise
            return admission(kept), False
        await self._remember(hello, found)
        return found, True

    async def _ask_hello(self, envelope: Json, nonce: str, remote: str) -> Admission:
        return await self._identity.device_hello(
            hello=envelope, nonce=nonce, node=self._settings.node, remote=remote
        )

    async def _remember(self, hello: Hello, found: Admission) -> None:
        value: Json = {"device": found.device, "name": found.name, "instance": hello.instance}
        value |= {"organisation": found.organisation, "generation": found.generation}
        try:
            await self._links.store.remember_device(hello.key, value | {"hold": found.hold})
        except OSError as problem:
            self._journal.say("link.device_not_remembered", problem=str(problem.strerror))

    async def _confirm(self, device: DeviceLeg, envelope: Json, nonce: str, remote: str) -> None:
        """The web process was away at HELLO: ask it as soon as it is back."""
        while not device.leg.closed:
            await asyncio.sleep(_WATCH_WEB)
            try:
                found = await self._ask_hello(envelope, nonce, remote)
            except WebUnavailableError:
                continue
            except WebRefusedError as problem:
                await device.leg.bye(problem.code, problem.sentence)
                return
            device.admission = found
            device.hold = found.hold
            for document in found.documents:
                device.tell(DOCUMENT, document)
            return

    async def _supersede(self, device: DeviceLeg) -> None:
        """Same instance: the newest wins. Another instance with the same key: both are held."""
        for older in tuple(self._links.devices.get(device.id, ())):
            if older.instance == device.instance:
                self._links.left(older)
                await older.leg.bye("superseded", "A newer connection of this device took over.")
            else:
                device.hold = "health"
                if older.hold == "none":
                    self._journal.say("link.clone_held", device=device.id)
                    older.hold = "health"
                    for channel in list(older.channels.values()):
                        self._links.cut(channel, "held", "A clone or stolen key is suspected.")
                    await older.leg.bye("held", "Another machine shows the same key.", _RETRY_MS)

    def _device_gone(self, device: DeviceLeg) -> None:
        reason = device.leg.closed or "closed"
        self._journal.say("link.device_down", device=device.id, reason=reason)
        if self._links.left(device) and reason != "superseded":
            self._later(self._report_lost(device, reason))

    async def _report_lost(self, device: DeviceLeg, reason: str) -> None:
        at = wall_ms()
        while self._links.device(device.id) is None:
            try:
                await self._identity.device_lost(
                    device=device.id,
                    generation=device.admission.generation,
                    at=at,
                    reason=reason,
                )
            except WebUnavailableError:
                await asyncio.sleep(_WATCH_WEB)
            except WebRefusedError as problem:
                self._journal.say("link.lost_refused", device=device.id, code=problem.code)
                return
            else:
                return

    def _later(self, work: Work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _welcome(self, leg: Leg, generation: int, hold: str, session: Json | None) -> None:
        value: Json = {"version": greeting.VERSIONS[1], "generation": generation, "hold": hold}
        leg.send(Welcome(value | {"time": wall_ms(), "features": [], "session": session}))

    # Browsers

    async def _serve_browser(self, leg: Leg, owner: Owner, remote: str) -> None:
        nonce = greeting.challenge(leg, self._settings.node)
        envelope, events = await greeting.hello(leg, self._settings.limits.hello)
        hello = greeting.verify(envelope, role="browser", nonce=nonce, node=self._settings.node)
        session, seat = await self._seating.seat(hello, nonce)
        browser = BrowserLeg(leg, session, seat, self._links)
        browser.takes_up = bool(hello.ticket) and seat.takes_up
        owner.append(browser)
        await self._one_browser_per_key(browser)
        session.browsers.add(browser)
        self._greet_browser(browser)
        self._journal.say("link.browser_up", session=session.id)
        try:
            leg.at_once = browser.at_once
            await browser.handle(events)
            while (more := await leg.next_events()) is not None:
                await browser.handle(more)
        finally:
            self._links.browser_left(browser)
            self._journal.say("link.browser_down", session=session.id, reason=leg.closed)

    def _greet_browser(self, browser: BrowserLeg) -> None:
        session, redeemed = browser.session, browser.seat.redeemed
        device = self._links.device(session.device)
        generation = device.admission.generation if device else 0
        told = {name: redeemed.get(name) for name in ("device", "person", "may", "recordings")}
        expires = redeemed.get("expires", 0)
        self._welcome(
            browser.leg, generation, "none", {"session": session.id, **told, "expires": expires}
        )
        browser.leg.send(Notice(self._links.notices.value(session, generation)))
        if self._links.lending is not None:
            self._links.lending.arrived(browser)

    async def _one_browser_per_key(self, browser: BrowserLeg) -> None:
        for older in tuple(browser.session.browsers):
            if older.seat.key == browser.seat.key:
                self._links.browser_left(older)
                older.leg.abort("superseded")
