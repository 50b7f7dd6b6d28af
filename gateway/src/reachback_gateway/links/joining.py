"""How a browser comes to a channel: back to what it had, or to follow a recording."""

from typing import TYPE_CHECKING

from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.links import values
from reachback_gateway.links.channel import Channel, Viewer
from reachback_gateway.links.session import Session, split_key
from reachback_gateway.ports import Json
from reachback_gateway.recorder.playback import Playback
from reachback_wire.frames import Close, Opened

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg
    from reachback_gateway.links.links import Links


class Joining:
    """Seats browsers at channels that exist, live or ended."""

    def __init__(self, links: "Links") -> None:
        self._links = links

    async def rejoin(self, leg: "BrowserLeg", entries: list[Json]) -> None:
        """CHANNELS from a browser: give it back every channel it had."""
        for entry in entries:
            ch, key = int(entry["ch"]), str(entry["key"])
            await self.join(leg, ch, key, start=int(entry["next"]), credit=int(entry["credit"]))

    async def watch(self, leg: "BrowserLeg", ch: int, value: Json) -> None:
        """WATCH: follow a recording from its start."""
        key = str(value.get("recording", ""))
        try:
            allowed = leg.seat.may_watch(key)
        except LinkRefusedError:
            allowed = False
        meta = await self._meta(key) if allowed else None
        if meta is None:
            self._links.refuse(leg, ch, "not-found", "This ticket names no such recording.")
            return
        leg.leg.send(Opened(ch, {"recording": key, **meta.get("opened", {}), "key": key}))
        await self.join(leg, ch, key, start=0, credit=0)

    async def _meta(self, key: str) -> Json | None:
        session = self._links.session(split_key(key)[0])
        if session is not None and key in session.known:
            return session.known[key]
        recording = await self._links.store.load_recording(key)
        return {"kind": "shell", "opened": {"kind": "shell"}} if recording.segments else None

    async def join(self, leg: "BrowserLeg", ch: int, key: str, *, start: int, credit: int) -> None:
        """Give a browser its place at a channel, from `start` on; CLOSE says why it gets none."""
        try:
            name, number = split_key(key)
            session = self._links.session(name)
            meta = session.known.get(key) if session else None
            owner = self._links.presence.owns(leg, session, meta or {})
            allowed = owner or leg.seat.may_watch(key)
        except LinkRefusedError:
            allowed, session, owner, meta, number = False, None, False, None, 0
        if not allowed or ch in leg.viewers:
            leg.leg.send(Close(ch, self._links.presence.elsewhere(leg, session, meta or {})))
            return
        channel = session.channels.get(key) if session else None
        if channel is None:
            channel = await self._played(session or leg.session, key, number, meta)
        playback = Playback(channel.recording, start)
        live = channel.state == "open"
        viewer = Viewer(leg, channel, ch, playback, owner=owner and live, credit=credit)
        leg.viewers[ch] = viewer
        before = channel.owner
        channel.seat(viewer, start)
        if viewer.owner:
            self._links.presence.joined(viewer, before)
        elif not owner:
            self._links.note(channel, {"event": "viewer-joined", **values.name(leg)})
            self._links.events.add(channel.session.id, "viewer-joined", key, person=leg.seat.person)

    async def _played(self, session: Session, key: str, number: int, meta: Json | None) -> Channel:
        """A channel that has ended or waits for its device, for reading only."""
        if meta is not None and not meta.get("ended"):
            return await self._links.revived(session, key, meta)
        known = meta or {"key": key, "number": number, "kind": "shell"}
        channel = Channel(session, known, await self._links.store.load_recording(key))
        channel.state = "ended"
        channel.closing = known.get("closing") or {"code": "ended", "sentence": "It has ended."}
        return channel
