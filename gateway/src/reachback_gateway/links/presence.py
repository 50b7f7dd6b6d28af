"""Whether a channel's technician is there: gone for good, back, or gone on in another browser.

A channel nobody types in goes on; the web process is told so that people see "still running". A
lost line is not yet an absence: it is told after a while.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from reachback_gateway.clock import wall_ms
from reachback_gateway.links.channel import Channel, Viewer
from reachback_gateway.links.session import Session
from reachback_gateway.ports import Json
from reachback_wire.frames import Close

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg
    from reachback_gateway.links.links import Links

ELSEWHERE: Final = "taken-up"
EXPECTED: Final = 600.0
"""Seconds in which `reachback tunnel` may come back although it had nothing open."""


class Presence:
    """Decides who types in a channel that exists, and notices when nobody does."""

    def __init__(self, links: "Links", after: float) -> None:
        self._links = links
        self._after = after  # seconds without its technician until a channel is called detached

    def owns(self, leg: "BrowserLeg", session: Session | None, meta: Json) -> bool:
        """Whether this browser types: its key opened the channel, or its ticket takes it up.

        The web process gives such a ticket to the session's own technician only. It counts on
        the connection that shows it, so that two browsers never take from each other by turns.
        """
        if session is not leg.session or not meta:
            return False
        return meta.get("seat") == leg.seat.key or leg.takes_up

    def elsewhere(self, leg: "BrowserLeg", session: Session | None, meta: Json) -> Json:
        """What CLOSE says to a browser that gets no place at a channel."""
        types = session is leg.session and leg.seat.may("open")
        if types and meta and not meta.get("ended"):
            return {"code": ELSEWHERE, "sentence": "This went on in another browser."}
        return {"code": "unknown-channel", "sentence": "Not open here."}

    def joined(self, viewer: Viewer, before: Viewer | None) -> None:
        """The technician's browser is at the channel; `before` is whom it took the place of."""
        channel, seat = viewer.channel, viewer.leg.seat
        if channel.meta.get("seat") != seat.key:
            channel.meta["seat"] = seat.key
            self._links.note(channel, {"event": ELSEWHERE, "person": _person(viewer)})
            self._links.events.add(channel.session.id, ELSEWHERE, channel.key, person=seat.person)
            if before is not None:
                name = str(seat.person.get("name", ""))[:200]
                sentence = f"{name} went on in another browser."
                before.leg.leg.send(Close(before.ch, {"code": ELSEWHERE, "sentence": sentence}))
            self._links.save(channel.session)
        if channel.meta.pop("detached", None):
            self._links.events.add(channel.session.id, "returned", channel.key)
            self._links.save(channel.session)

    def left(self, channel: Channel) -> None:
        """The technician's browser is gone; perhaps only for a moment."""
        asyncio.get_running_loop().call_later(self._after, self._look, channel)

    def gone(self, leg: "BrowserLeg") -> None:
        """A browser's line is lost; a tunnel's session waits for it even with nothing open."""
        session = leg.session
        if session.has_pauses and leg.seat.may("open"):
            session.expected += 1
            asyncio.get_running_loop().call_later(EXPECTED, self._given_up, session)

    def _given_up(self, session: Session) -> None:
        session.expected -= 1
        self._links.tidy(session)

    def _look(self, channel: Channel) -> None:
        absent = channel.owner is None and channel.state == "open"
        if absent and not channel.meta.get("detached"):
            channel.meta["detached"] = wall_ms()
            self._links.events.add(channel.session.id, "detached", channel.key)
            self._links.save(channel.session)


def _person(viewer: Viewer) -> str:
    return str(viewer.leg.seat.person.get("id", ""))[:80]
