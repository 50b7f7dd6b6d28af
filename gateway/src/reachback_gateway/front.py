"""The front assembled: public routes, control socket, and an orderly stop."""

import asyncio
import ssl
from pathlib import Path

from aiohttp import web

from reachback_gateway import __version__
from reachback_gateway.control import Control
from reachback_gateway.events import stream
from reachback_gateway.events.hub import Hub
from reachback_gateway.incidents import Incidents
from reachback_gateway.journal import Journal
from reachback_gateway.links.answers import Answers
from reachback_gateway.links.doors import Doors
from reachback_gateway.links.events import SessionEvents
from reachback_gateway.links.links import Links
from reachback_gateway.links.seating import Seating
from reachback_gateway.links.store import Store
from reachback_gateway.origins.origins import Origins
from reachback_gateway.outage import Outage
from reachback_gateway.ports import Json
from reachback_gateway.proxy import static
from reachback_gateway.proxy.forward import Forwarder
from reachback_gateway.proxy.pages import refuse
from reachback_gateway.recorder.syncing import Syncer
from reachback_gateway.recorder.vault import Vault
from reachback_gateway.settings import Settings
from reachback_gateway.web_port import WebPort


class Front:
    """Owns everything that lives as long as the process."""

    def __init__(self, settings: Settings, journal: Journal) -> None:
        self.settings = settings
        self.journal = journal
        limits = settings.limits
        self.hub = Hub(queue=limits.stream_queue, per_user=limits.streams_per_user)
        self.outage = Outage()
        self.web = WebPort(settings.web_socket, settings.secret, self.outage)
        self.forwarder = Forwarder(settings, journal, self.outage)
        self.control = Control(settings.secret, journal, self.hub)
        self.control.get("/state", self.state)
        vault = Vault(settings.data / "keys" / "records", settings.records_keys)
        self.store = Store(settings.data, vault)
        self.syncer = Syncer(journal)
        self.events = SessionEvents(self.store.sessions, self.web, journal)
        self.links = Links(
            node=settings.node,
            store=self.store,
            reports=self.web,
            events=self.events,
            syncer=self.syncer,
            journal=journal,
            detached_after=settings.limits.detached,
        )
        self.incidents = Incidents(
            settings.data / "links" / "incidents.json",
            self.web,
            self.outage,
            journal=journal,
            sessions=lambda: list(self.links.sessions),
        )
        seating = Seating(self.links, self.web, journal, node=settings.node)
        self.doors = Doors(
            settings,
            self.links,
            identity=self.web,
            seating=seating,
            journal=journal,
            incidents=self.incidents,
        )
        Answers(self.links, seating, self.control, demo=settings.demo)
        self.origins = Origins(settings, self.links, self.control, journal)
        self._tasks: list[asyncio.Task[None]] = []
        self._runners: list[web.AppRunner] = []

    def state(self) -> Json:
        """Links, sessions, streams and counters: numbers and identifiers only."""
        return {
            "node": self.settings.node,
            "version": __version__,
            "streams": len(self.hub.streams),
            "links": self._links_state(),
            "sessions": {
                session.id: {"channels": list(session.channels), "browsers": len(session.browsers)}
                for session in self.links.sessions.values()
            },
            "proxy": {
                "active": self.forwarder.places.active,
                "waiting": self.forwarder.places.waiting,
                "spooled": self.forwarder.budget.held,
            },
            "counters": dict(self.journal.counters),
        }

    def _links_state(self) -> Json:
        newest = (legs[-1] for legs in self.links.devices.values())
        return {
            device.id: {
                "generation": device.admission.generation,
                "hold": device.hold,
                "nonces": len(device.nonces),
                "channels": len(device.channels),
            }
            for device in newest
        }

    def public(self) -> web.Application:
        """Return the application served to the outside."""
        application = web.Application(middlewares=[self.origins.guard])
        router = application.router
        router.add_get("/-/live", self._live)
        router.add_get("/-/ready", self._ready)
        router.add_get("/-/events", self._events)
        router.add_get("/-/link/device", self.doors.device)
        router.add_post("/-/link/device/poll", self.doors.device_without_upgrade)
        router.add_post("/-/link/device/poll/{name}", self.doors.polls.take)
        router.add_get("/-/link/device/poll/{name}", self.doors.polls.give, allow_head=False)
        own, page, pairs = self.doors.own, "/-/link/browser", self.doors.pages_polls
        router.add_get(page, own(self.doors.browser))
        router.add_post(f"{page}/poll", own(self.doors.browser_without_upgrade))
        router.add_post(f"{page}/poll/{{name}}", own(pairs.take))
        router.add_post(f"{page}/poll/{{name}}/next", own(pairs.give))
        router.add_delete(f"{page}/poll/{{name}}", own(pairs.end))
        router.add_get("/static/{name:.+}", self._static)
        router.add_route("*", "/{path:.*}", self.forwarder.handle)
        return application

    async def start(self) -> int:
        """Open both sockets; returns the public port (useful when it was 0)."""
        await asyncio.to_thread(self.store.prepare)
        await asyncio.to_thread(self.events.load)
        await asyncio.to_thread(self.links.load)
        self.origins.load()
        await asyncio.to_thread(self.incidents.load)
        self.events.on_accepted = self.links.accepted
        self._tasks = [
            asyncio.create_task(self.events.run()),
            asyncio.create_task(self.syncer.run()),
            asyncio.create_task(self.incidents.run()),
        ]
        await self._serve_control()
        runner = web.AppRunner(
            self.public(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=2,
            keepalive_timeout=30,
        )
        await runner.setup()
        self._runners.append(runner)
        site = web.TCPSite(
            runner,
            self.settings.host,
            self.settings.port,
            ssl_context=_tls(self.settings),
            backlog=1024,
        )
        await site.start()
        port = int(runner.addresses[0][1])
        self.journal.say("front.started", host=self.settings.host, port=port)
        return port

    async def stop(self) -> None:
        """End streams, links and sockets; recordings are closed and synced."""
        self.hub.end_all()
        await self.doors.stop()
        for runner in reversed(self._runners):
            await runner.cleanup()
        await self.forwarder.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.incidents.stop()
        await self.links.store.saved()
        await self.syncer.sync_now(self.syncer.recordings)
        await self.web.__aexit__(None, None, None)
        self.journal.say("front.stopped")

    async def _serve_control(self) -> None:
        path = self.settings.front_socket
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        runner = web.AppRunner(self.control.application, access_log=None, shutdown_timeout=2)
        await runner.setup()
        self._runners.append(runner)
        await web.UnixSite(runner, str(path)).start()
        await asyncio.to_thread(Path(path).chmod, 0o600)

    async def _live(self, request: web.Request) -> web.Response:
        return web.json_response({"live": True}, headers={"Cache-Control": "no-store"})

    async def _ready(self, request: web.Request) -> web.Response:
        if await self.web.answers():
            return web.json_response({"ready": True}, headers={"Cache-Control": "no-store"})
        return refuse(request, 503, "web-down", "The web process does not answer.")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await stream.serve(
            request,
            hub=self.hub,
            identity=self.web,
            limits=self.settings.limits,
            journal=self.journal,
        )

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return await static.serve(request, self.settings.static)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.key)
    context.set_alpn_protocols(["http/1.1"])
    return context
