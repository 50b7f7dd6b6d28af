"""All origins of this front: who asks for one, who enters, and what becomes of each request."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from reachback_gateway.clock import wall_ms
from reachback_gateway.control import Control, ControlError
from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.journal import Journal
from reachback_gateway.links import judge
from reachback_gateway.links.browser import BrowserLeg
from reachback_gateway.links.channel import Channel, Viewer
from reachback_gateway.links.device import DeviceLeg
from reachback_gateway.links.links import Links
from reachback_gateway.links.session import Session
from reachback_gateway.links.waiting import NO_DEVICE
from reachback_gateway.origins import exchange, rewriting
from reachback_gateway.origins.origin import Origin, new_label
from reachback_gateway.origins.pages import entered, refuse
from reachback_gateway.origins.tap import Tap, TargetError
from reachback_gateway.ports import Json
from reachback_gateway.proxy import headers
from reachback_gateway.recorder.playback import Playback
from reachback_gateway.settings import Settings
from reachback_wire.frames import Close
from reachback_wire.refusals import Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ENTER: Final = "/-/reachback/enter/"
_NOT_YOURS: Final = "It is over, or it is not yours."
_GONE: Final = "Its technician's page was closed."
_LEFT: Final = {"code": "closed", "sentence": "The connection is no longer needed."}


class Origins:
    """Origins by label and by session."""

    def __init__(
        self, settings: Settings, links: Links, control: Control, journal: Journal
    ) -> None:
        self._settings = settings
        self._links = links
        self._journal = journal
        self._before, _, self._after = settings.tunnel_hosts.partition("*")
        self._origins: dict[str, Origin] = {}
        self._labels: dict[str, Origin] = {}
        links.lending = self
        control.post("/sessions/{id}/origin", self._ask)
        control.signed_out.append(self._sign_out)

    def load(self) -> None:
        """Take up the origins an earlier front left; whose page does not come back ends."""
        for session in list(self._links.sessions.values()):
            if session.origin is not None:
                self._known(session, session.origin)
                self._look_later(session)

    def _known(self, session: Session, kept: Json) -> Origin:
        found = self._origins.get(session.id)
        if found is None or found.session is not session:
            patience = self._settings.limits.asked
            found = Origin(session, kept, self._close, patience)
            self._origins[session.id] = self._labels[str(kept["label"])] = found
        return found

    # What the web process asks

    async def _ask(self, question: Json, identity: str) -> Json:
        """An address that opens the session's page once, for this person."""
        if "*" not in self._settings.tunnel_hosts:
            raise ControlError("no-tunnel-hosts", "REACHBACK_TUNNEL_HOSTS is not set.")
        person, target = str(question.get("person", "")), str(question.get("target", ""))
        session = self._links.sessions.get(identity)
        page = _page_of(session, person) if session else None
        if session is None or page is None:
            raise ControlError("session-away", "The session's page is not connected.")
        if session.origin is None:
            session.origin = {"label": new_label(), "target": target, "person": person, "keys": []}
        origin = self._known(session, session.origin)
        if origin.over or (origin.target, origin.person) != (target, person):
            raise ControlError("over", origin.over or _NOT_YOURS)
        origin.page = page
        self._links.save(session)
        return {"host": self._host(origin), "path": ENTER + origin.ticket(wall_ms())}

    def _host(self, origin: Origin) -> str:
        return f"{self._before}{origin.label}{self._after}"

    def _sign_out(self, audience: frozenset[str]) -> None:
        for origin in self._origins.values():
            if f"user:{origin.person}" in audience:
                origin.sign_out()
                self._links.save(origin.session)

    # What links say

    def arrived(self, leg: BrowserLeg) -> None:
        """A browser sat down at a session."""
        origin = self._origins.get(leg.session.id)
        if origin is not None and leg.seat.may("open"):
            origin.arrived(leg)

    def left(self, leg: BrowserLeg) -> None:
        """A browser's connection ended; its page may come back."""
        origin = self._origins.get(leg.session.id)
        if origin is not None and origin.page is leg:
            origin.page = None
            self._look_later(leg.session)

    def _look_later(self, session: Session) -> None:
        away = self._settings.limits.away
        asyncio.get_running_loop().call_later(away, self._look, session.id)

    def _look(self, name: str) -> None:
        """Whether a page that left is back; without it the session ends."""
        origin = self._origins.get(name)
        if origin is not None and origin.page is None and not origin.over:
            for channel in list(origin.session.channels.values()):
                self._links.cut(channel, "left", _GONE)
            self.over(origin.session, "left", _GONE)
            self._links.events.add(name, "left", code="left", sentence=_GONE)

    def over(self, session: Session, code: str, sentence: str) -> None:
        """A session was ended or cut: nothing of its origin is reached any more."""
        origin = self._origins.get(session.id)
        if origin is not None:
            origin.end(code, sentence)
            self._links.save(session)
            self._links.tidy(session)

    def lend(self, leg: BrowserLeg, ch: int, value: Json) -> None:
        """An OPEN that its page signed for us, because we asked: judge it, then forward it."""
        origin = self._origins.get(leg.session.id)
        if origin is None or origin.over or not origin.pool.waits():
            self._links.refuse(leg, ch, "not-asked", "Nobody waits for this connection.")
            return
        try:
            device, channel = self._judged(leg, origin, value)
        except (Refusal, LinkRefusedError) as problem:
            clause = problem.clause if isinstance(problem, Refusal) else 0
            self._links.refuse(leg, ch, problem.code, problem.sentence, clause)
            origin.pool.refused(problem.code, problem.sentence)
            return
        channel.meta["lent"] = True
        tap = Tap(leg, ch)
        viewer = Viewer(tap, channel, ch, Playback(channel.recording), owner=True)
        tap.viewer = channel.owner = viewer
        origin.pool.lent(tap)
        origin.counted(tap)
        device.open(channel, channel.wish)

    def _judged(self, leg: BrowserLeg, origin: Origin, value: Json) -> tuple[DeviceLeg, Channel]:
        """The device and a new channel; Refusal or LinkRefusedError."""
        device = self._links.device(leg.session.device)
        if device is None:
            raise LinkRefusedError("device-offline", NO_DEVICE)
        found = judge.judge(leg.seat, value, hold=device.hold, now=wall_ms())
        wish = found.wish
        known = wish.channel in leg.session.known or wish.channel in leg.session.channels
        if (wish.kind, wish.parameters.get("target")) != ("tunnel", origin.target) or known:
            raise LinkRefusedError("not-asked", "This is not the connection asked for.")
        return device, self._links.begin(leg, found, value)

    def _close(self, tap: Tap) -> None:
        """This connection is not needed any more: the device ends it."""
        viewer = tap.viewer
        if viewer is None or tap.over is not None or viewer.channel.state == "ended":
            return
        channel = viewer.channel
        tap.end(**_LEFT)
        if channel.device is not None:
            channel.device.leg.send(Close(channel.ch, _LEFT))
        else:
            self._links.cut(channel, **_LEFT)

    # What browsers ask

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Everything asked at an origin's name is answered here, and nothing else is."""
        label = self._label(request.host)
        return await (handler(request) if label is None else self._handle(request, label))

    def _label(self, host: str) -> str | None:
        name = host.lower().rpartition(":")[0] or host.lower()
        if not self._after or not name.endswith(self._after) or not name.startswith(self._before):
            return None
        label = name[len(self._before) : len(name) - len(self._after)]
        return label if label and "." not in label else None

    async def _handle(self, request: web.Request, label: str) -> web.StreamResponse:
        origin = self._labels.get(label)
        if request.path.startswith(ENTER):
            return self._enter(request, origin)
        if origin is None or not origin.knows(rewriting.shown(request)):
            return refuse(request, "not-yours", _NOT_YOURS)
        if _of_another(request):
            return refuse(request, "other-site", "Another site asked for this.")
        if _expired(origin.session):
            self.over(origin.session, "expired", "The time the contract allows is over.")
        if origin.over:
            return refuse(request, "over", origin.over)
        return await self._forward(request, origin)

    def _enter(self, request: web.Request, origin: Origin | None) -> web.StreamResponse:
        value = None
        if origin is not None and not origin.over and request.method == "GET":
            value = origin.enter(request.path.removeprefix(ENTER), wall_ms())
        if origin is None or value is None:
            return refuse(request, "ticket", "It opens a page once, within 30 seconds.")
        self._links.save(origin.session)
        secure = self._secure(request)
        response = entered()
        response.set_cookie(
            rewriting.COOKIES[secure],
            value,
            path="/",
            httponly=True,
            secure=secure,
            samesite="Strict",
        )
        return response

    def _secure(self, request: web.Request) -> bool:
        return headers.client(request, self._settings.proxies)[1] == "https"

    async def _forward(self, request: web.Request, origin: Origin) -> web.StreamResponse:
        origin.requests += 1
        origin.tell()
        try:
            return await exchange.forward(
                request,
                origin.pool,
                origin.target,
                patience=self._settings.limits.target,
                secure=self._secure(request),
            )
        except TargetError as problem:
            origin.last = problem.sentence
            return refuse(request, problem.code, problem.sentence)
        finally:
            origin.tell()


def _page_of(session: Session, person: str) -> BrowserLeg | None:
    """The connection of this person's page that may open."""
    for leg in session.browsers:
        if leg.seat.may("open") and str(leg.seat.person.get("id")) == person:
            return leg
    return None


def _expired(session: Session) -> bool:
    return all(int(seat.redeemed.get("expires", 0)) < wall_ms() for seat in session.seats.values())


def _of_another(request: web.Request) -> bool:
    """Whether another site's page asks: what browsers say of it, and the name in Origin."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2].lower() != request.host.lower()
