"""Who may sit at a session: a ticket redeemed once, or a session key that sits there already.

A ticket made by Connect is announced with the nonce of its grant (docs/protocols/front.md), so
that the browser that shows it is admitted without a question to the web process on its way. The
web process redeems the ticket all the same, a moment later; what it refuses then is cut.
"""

import asyncio
import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from reachback_gateway.clock import wall_ms
from reachback_gateway.errors import LinkRefusedError, WebRefusedError, WebUnavailableError
from reachback_gateway.journal import Journal
from reachback_gateway.links.documents import update
from reachback_gateway.links.links import Links
from reachback_gateway.links.session import Seat, Session, checked_name
from reachback_gateway.ports import Grants, Json
from reachback_wire.documents import Hello

_WATCH_WEB = 2.0
#: Redeeming is work for the web process; the shell that was asked for comes first.
_SHELL_FIRST = 0.3
#: A ticket that is void is kept so long to be known as shown, and for clocks that differ.
_KEPT_MS = 60_000


@dataclass(slots=True)
class _Announced:
    key: str
    until: int
    seat: Json
    shown: bool = False
    redeemed: asyncio.Event = field(default_factory=asyncio.Event)


class Seating:
    """Gives browsers their seats; one for all browser legs."""

    def __init__(self, links: Links, grants: Grants, journal: Journal, *, node: str) -> None:
        self._links = links
        self._grants = grants
        self._journal = journal
        self._node = node
        self._announced: dict[str, _Announced] = {}
        self._confirming: set[asyncio.Task[None]] = set()

    def announce(self, value: object) -> None:
        """Keep what redeem will answer for a ticket, by the ticket's SHA-256 (hex)."""
        now = wall_ms()
        for name, one in list(self._announced.items()):
            if one.until + _KEPT_MS < now:
                del self._announced[name]
        match value:
            case {"ticket": str(name), "key": str(key), "until": int(until), "seat": dict(seat)}:
                self._announced[name] = _Announced(key, until, seat)

    def update(self, device: str, documents: list[Json]) -> None:
        """Let seats that are announced and not yet taken know a device's new documents."""
        for one in self._announced.values():
            if one.seat.get("device") == device:
                for document in documents:
                    update(one.seat, document)

    def forget(self, session: str) -> None:
        """Seats of a session that is over are not given at once any more: redeeming refuses."""
        for name, one in list(self._announced.items()):
            if one.seat.get("session") == session and not one.shown:
                del self._announced[name]

    async def seat(self, hello: Hello, nonce: str) -> tuple[Session, Seat]:
        """Return the session and the seat of who says HELLO; raises LinkRefusedError."""
        if not hello.ticket:
            session = self._links.session(checked_name(hello.session))
            seat = session.seats.get(hello.key) if session else None
            if session is None or seat is None:
                raise LinkRefusedError("unknown-session", "This session is not open here.")
            return session, seat
        announced = self._announced.get(sha256(hello.ticket.encode()).hexdigest())
        if announced is None:
            return self._take(hello.key, await self._redeem(hello, nonce, wall_ms()))
        if announced.shown:
            await announced.redeemed.wait()  # the first to show it is the one it is redeemed for
        if announced.shown or not _fits(announced, hello):
            return self._take(hello.key, await self._redeem(hello, nonce, wall_ms()))
        announced.shown = True
        session, seat = self._take(hello.key, announced.seat)
        confirming = asyncio.create_task(self._confirm(announced, hello, nonce, session, seat))
        self._confirming.add(confirming)
        confirming.add_done_callback(self._confirming.discard)
        return session, seat

    def stop(self) -> None:
        """End with the front; a ticket not redeemed by then is void when its 30 s are over."""
        for task in tuple(self._confirming):
            task.cancel()

    async def _redeem(self, hello: Hello, nonce: str, shown: int) -> Json:
        try:
            return await self._grants.redeem(
                ticket=hello.ticket, key=hello.key, nonce=nonce, node=self._node, shown=shown
            )
        except WebRefusedError as problem:
            raise LinkRefusedError(problem.code, problem.sentence) from problem

    def _take(self, key: str, redeemed: Json) -> tuple[Session, Seat]:
        name = checked_name(redeemed.get("session"))
        session = self._links.session(name)
        if session is None:
            session = Session(name, str(redeemed.get("device", "")))
            self._links.sessions[name] = session
        seat = session.seats[key] = Seat(key, redeemed)
        self._links.save(session)
        return session, seat

    async def _confirm(
        self, announced: _Announced, hello: Hello, nonce: str, session: Session, seat: Seat
    ) -> None:
        """Redeem the ticket that was shown, as soon as the web process answers."""
        shown = wall_ms()
        await asyncio.sleep(_SHELL_FIRST)
        try:
            while True:
                try:
                    redeemed = await self._redeem(hello, nonce, shown)
                except WebUnavailableError:
                    await asyncio.sleep(_WATCH_WEB)
                    continue
                break
        except LinkRefusedError as problem:
            self._journal.say("link.seat_withdrawn", session=session.id, code=problem.code)
            await self._withdraw(session, seat, problem)
            return
        finally:
            announced.redeemed.set()
        seat.redeemed = redeemed
        self._links.save(session)

    async def _withdraw(self, session: Session, seat: Seat, problem: LinkRefusedError) -> None:
        session.seats.pop(seat.key, None)
        for channel in list(session.channels.values()):
            self._links.cut(channel, problem.code, problem.sentence)
        for browser in [one for one in session.browsers if one.seat is seat]:
            await browser.leg.bye(problem.code, problem.sentence)
        self._links.save(session)


def _fits(announced: _Announced, hello: Hello) -> bool:
    return hmac.compare_digest(announced.key, hello.key) and wall_ms() < announced.until
