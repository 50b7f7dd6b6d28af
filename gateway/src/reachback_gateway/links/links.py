"""All links of this front, and how a device's channels meet the browsers' (link.md)."""

from collections.abc import Iterable
from typing import Any

from reachback_gateway.clock import wall_ms
from reachback_gateway.errors import LinkRefusedError, RecorderFailedError
from reachback_gateway.journal import Journal
from reachback_gateway.links import judge, values
from reachback_gateway.links.browser import BrowserLeg
from reachback_gateway.links.channel import Channel, Viewer
from reachback_gateway.links.device import CUT, NONCE_LIFE_MS, DeviceLeg
from reachback_gateway.links.events import SessionEvents
from reachback_gateway.links.handing import Handing
from reachback_gateway.links.joining import Joining
from reachback_gateway.links.lending import Lending
from reachback_gateway.links.notices import Notices
from reachback_gateway.links.numbers import Numbers
from reachback_gateway.links.presence import Presence
from reachback_gateway.links.reports import Reporter
from reachback_gateway.links.restarts import Restarts
from reachback_gateway.links.session import Session, split_key
from reachback_gateway.links.store import Store
from reachback_gateway.links.waiting import Waiting
from reachback_gateway.ports import Json, Reports
from reachback_gateway.recorder.playback import Playback
from reachback_gateway.recorder.syncing import Syncer
from reachback_wire.admission import Admission as Admitted
from reachback_wire.frames import Close, Opened
from reachback_wire.handing import ATTACH, Tenure
from reachback_wire.recording import SegmentHeader
from reachback_wire.refusals import Refusal


class Links:
    """Devices by id, sessions by id, channels by key."""

    def __init__(
        self,
        *,
        node: str,
        store: Store,
        reports: Reports,
        events: SessionEvents,
        syncer: Syncer,
        journal: Journal,
        detached_after: float = 20.0,
    ) -> None:
        self.node = node
        self.store = store
        self.events = events
        self.syncer = syncer
        self.journal = journal
        self._reports = reports
        self.restarts = Restarts()
        self.presence = Presence(self, detached_after)
        self.handing = Handing(self)
        self.waiting = Waiting(self, detached_after)
        self.notices = Notices(self)
        self.joining = Joining(self)
        self.numbers = Numbers()
        self.devices: dict[str, list[DeviceLeg]] = {}
        self.sessions: dict[str, Session] = {}
        self.spent_nonces: dict[bytes, int] = {}
        self.waiting_answers: dict[tuple[str, int], Any] = {}
        self.lending: Lending | None = None

    def unspent(self, nonces: Iterable[bytes], now: int) -> list[bytes]:
        """Leave out what was given to a grant before: a device may name its stock again."""
        for nonce, at in list(self.spent_nonces.items()):
            if now - at < 2 * NONCE_LIFE_MS:
                break
            del self.spent_nonces[nonce]
        return [nonce for nonce in nonces if nonce not in self.spent_nonces]

    def device(self, identity: str) -> DeviceLeg | None:
        """The newest connection of a device."""
        legs = self.devices.get(identity)
        return legs[-1] if legs else None

    def reporter(self, device: DeviceLeg) -> Reporter:
        return Reporter(device, self._reports, self.journal)

    def session(self, name: str) -> Session | None:
        """A session from memory or from its file."""
        found = self.sessions.get(name)
        if found is None:
            found = self.store.load_session(name)
            if found is not None:
                self.sessions[name] = found
        return found

    # Opening

    async def open(self, leg: BrowserLeg, ch: int, value: Json) -> None:
        """OPEN from a browser: decide, then forward to the device."""
        session = leg.session
        device = self.device(session.device)
        try:
            session.check_goes_on()
            hold = device.hold if device else "none"
            found = judge.judge(leg.seat, value, hold=hold, now=wall_ms())
            key = found.wish.channel
            values.number_in(session, key)
            mine = values.under(session, key, leg, found.grant_digest)
            taken = found.wish.kind == ATTACH and not mine
            passing = self.handing.check(session, found) if taken else None
        except (Refusal, LinkRefusedError) as problem:
            clause = problem.clause if isinstance(problem, Refusal) else 0
            self.refuse(leg, ch, problem.code, problem.sentence, clause)
            return
        if passing is not None:
            self.handing.ask(leg, ch, passing, found, value)
            return
        known = session.channels.get(key)
        if known is not None or key in session.known:
            await self._open_again(leg, ch, session, key)
            return
        channel = self.begin(leg, found, value)
        viewer = Viewer(leg, channel, ch, Playback(channel.recording), owner=True)
        leg.viewers[ch] = viewer
        channel.owner = viewer
        if device is None:
            self.waiting.add(channel)
        else:
            device.open(channel, value)

    def begin(self, leg: BrowserLeg, found: Admitted, value: Json) -> Channel:
        """A new channel for an OPEN that was judged and is to be forwarded; Refusal."""
        key = found.wish.channel
        number = values.number_in(leg.session, key)
        meta: Json = {"key": key, "number": number, "kind": found.wish.kind, "seat": leg.seat.key}
        meta |= {"contract": found.grant.contract, "grant": found.grant_digest}
        meta["tenure"] = Tenure.of(found.grant, found.wish).to_json()
        channel = Channel(leg.session, meta, self.store.new_recording(key))
        channel.wish = {"grant": value["grant"], "open": value["open"]}
        leg.session.channels[key] = channel
        return channel

    async def _open_again(self, leg: BrowserLeg, ch: int, session: Session, key: str) -> None:
        """The browser repeats an OPEN whose answer it missed."""
        channel = session.channels.get(key)
        if channel is not None and channel.meta["seat"] != leg.seat.key:
            self.refuse(leg, ch, "replayed", "Another browser opened this channel.")
        elif channel is not None and channel.state == "opening":
            viewer = Viewer(leg, channel, ch, Playback(channel.recording), owner=True)
            leg.viewers[ch] = viewer
            channel.owner = viewer
        else:
            leg.leg.send(Opened(ch, session.known[key]["opened"]))
            await self.joining.join(leg, ch, key, start=0, credit=0)

    def refuse(self, leg: BrowserLeg, ch: int, code: str, sentence: str, clause: int = 0) -> None:
        leg.refuse(ch, code, sentence, clause)
        fields: Json = {"code": code, "sentence": sentence, "clause": clause, "by": "front"}
        self.events.add(leg.session.id, "refused", **fields)

    def opened(self, device: DeviceLeg, ch: int, value: Json) -> None:
        """OPENED from the device: begin the recording, tell the browser."""
        if self._answered(device, ch, {"answer": "opened", **value}):
            return
        channel = device.channels.get(ch)
        if channel is not None and self.handing.opened(device, channel, value):
            return
        if channel is None or channel.state != "opening":
            return
        channel.state = "open"
        channel.meta |= {"opened": value, "boot": device.boot}
        session = channel.session
        session.known[channel.key] = channel.meta
        session.opened += 1
        try:
            self._begin(channel, device)
        except RecorderFailedError as problem:
            self.recorder_failed(channel, problem)
            return
        told = {name: value.get(name) for name in ("sentence", "clause", "on_cut", "expires")}
        if channel.owner is not None:
            channel.owner.leg.leg.send(Opened(channel.owner.ch, value))
            channel.seat(channel.owner, 0)
        channel.extend_credit()
        self.events.add(session.id, "opened", channel.key, **told)
        self.save(session)
        self.notices.watchers(session)

    def refused(self, device: DeviceLeg, ch: int, value: Json) -> None:
        """REFUSED from the device."""
        if self._answered(device, ch, {"answer": "refused", **value}):
            return
        channel = device.channels.get(ch)
        if channel is None or self.handing.refused(channel, value):
            return
        device.drop(channel)
        channel.session.channels.pop(channel.key, None)
        code = str(value.get("code", "refused"))
        fields: Json = {"code": code, "sentence": str(value.get("sentence", ""))[:500]}
        fields |= {"clause": value.get("clause", 0), "by": "device"}
        self.events.add(channel.session.id, "refused", channel.key, **fields)
        if channel.owner is not None:
            owner = channel.owner
            owner.leg.leg.send(values.refused(owner.ch, value))
            channel.unseat(owner)

    def _answered(self, device: DeviceLeg, ch: int, answer: Json) -> bool:
        waiting = self.waiting_answers.pop((device.id, ch), None)
        if waiting is None:
            return False
        if not waiting.done():
            waiting.set_result(answer)
        return True

    def _begin(self, channel: Channel, device: DeviceLeg, *, start: int | None = None) -> None:
        meta, admission = channel.meta, device.admission
        header = SegmentHeader(
            session=channel.session.id,
            channel=str(meta["number"]),
            key=channel.key,
            kind=channel.kind,
            device=device.id,
            organisation=admission.organisation,
            node=self.node,
            generation=admission.generation,
            index=0,
            start_offset=0,
            started=0,
            previous="",
            contract=str(meta["contract"]),
            grant=str(meta["grant"]),
        )
        channel.recording.begin(header, now=wall_ms(), start=start)
        self.syncer.recordings.add(channel.recording)

    # The device's connection comes and goes

    def arrived(self, device: DeviceLeg) -> None:
        """A device's connection was welcomed."""
        self.devices.setdefault(device.id, []).append(device)
        self.restarts.arrived(device.id, device.boot)
        self.notices.device(device.id, device.admission.generation)

    def left(self, device: DeviceLeg) -> bool:
        """A device's connection ended; returns whether it was the device's last."""
        for channel in device.channels.values():
            self.note(channel, {"event": "device-lost"})
            self.events.add(channel.session.id, "device-lost", channel.key)
        device.leave()
        legs = self.devices.get(device.id, [])
        if device in legs:
            legs.remove(device)
        if legs:
            return False
        self.devices.pop(device.id, None)
        self.notices.device(device.id, device.admission.generation)
        return True

    async def relist(self, device: DeviceLeg, entries: list[Json]) -> None:
        """CHANNELS from a device: take up what it still has, end what it no longer has."""
        self.numbers.seen(device.id, (int(entry["ch"]) for entry in entries))
        seen: set[str] = set()
        for entry in entries:
            if int(entry["ch"]) >= 16:
                seen.add(str(entry["key"]))
                await self._take_up(device, entry)
        for session in list(self.sessions.values()):
            if session.device == device.id:
                for key, meta in list(session.known.items()):
                    if not meta.get("ended") and key not in seen:
                        await self._known_channel(device, key)
                self._end_forgotten(device, session, seen)
        device.leg.link.set_busy(bool(device.channels))

    def _end_forgotten(self, device: DeviceLeg, session: Session, seen: set[str]) -> None:
        for channel in list(session.channels.values()):
            if channel.key in seen:
                continue
            if channel.state == "opening":
                if channel.device is None and device.hold != "none":
                    self.waiting.refuse(channel, "held", "This device is held to health.")
                elif channel.device is None:
                    channel.ch = device.next_channel()
                    device.open(channel, channel.wish)
            else:
                self.ended(channel, *self.restarts.closing(device.id, channel.meta))

    async def _take_up(self, device: DeviceLeg, entry: Json) -> None:
        ch, key = int(entry["ch"]), str(entry["key"])
        channel = await self._known_channel(device, key)
        if channel is None or device.hold != "none":
            code = "held" if device.hold != "none" else "unknown-session"
            self.journal.say("link.channel_refused", device=device.id, key=key, code=code)
            device.tell(CUT, values.cut(key, code, "The front does not know this channel."))
            return
        if channel.state == "opening":
            channel.ch = ch
            device.open(channel, channel.wish)
            return
        device.channels[ch] = channel
        try:
            self._begin(channel, device, start=int(entry["acked"]))
        except RecorderFailedError as problem:
            channel.device, channel.ch = device, ch
            self.recorder_failed(channel, problem)
            return
        channel.session.resumes += 1
        self.note(channel, {"event": "device-back"})
        channel.bind(device, ch, next_input=int(entry["next"]), credit=int(entry["credit"]))
        channel.resume_output()
        self.handing.listed(channel, entry)
        self.events.add(channel.session.id, "device-back", key)
        if channel.meta.get("lent") and channel.owner is None:  # by a front that is gone
            device.leg.send(Close(ch, {"code": "closed", "sentence": "The front was restarted."}))
        if channel.state == "cut" and channel.closing is not None:
            device.tell(CUT, values.cut(key, **channel.closing))

    async def _known_channel(self, device: DeviceLeg, key: str) -> Channel | None:
        try:
            name, _ = split_key(key)
        except LinkRefusedError:
            return None
        session = self.session(name)
        if session is None or session.device != device.id:
            return None
        channel = session.channels.get(key)
        meta = session.known.get(key)
        if channel is None and meta is not None and not meta.get("ended"):
            channel = await self.revived(session, key, meta)
        return channel

    async def revived(self, session: Session, key: str, meta: Json) -> Channel:
        """A channel that an earlier front opened; whoever comes meanwhile gets the same one."""
        recording = await self.store.load_recording(key)
        channel = session.channels.get(key)
        if channel is None:
            channel = session.channels[key] = Channel(session, meta, recording)
            channel.state = "open"
        return channel

    # Browsers leave; how they come: joining.py

    def browser_left(self, leg: BrowserLeg) -> None:
        """A browser's connection ended; its channels go on."""
        leg.session.browsers.discard(leg)
        if self.lending is not None:
            self.lending.left(leg)
        for viewer in list(leg.viewers.values()):
            channel = viewer.channel
            channel.unseat(viewer)
            self.note(channel, {"event": "viewer-left", **values.name(leg)})
            if viewer.owner:
                self.presence.left(channel)
            else:
                person = leg.seat.person
                self.events.add(channel.session.id, "viewer-left", channel.key, person=person)
        self.presence.gone(leg)
        self.tidy(leg.session)

    # Ending

    def closed_by(self, leg: BrowserLeg, ch: int, value: Json) -> None:
        """CLOSE from a browser: an owner ends the channel, a watcher leaves it."""
        viewer = leg.viewers.get(ch)
        if viewer is None:
            return
        channel = viewer.channel
        if viewer.owner and channel.device is not None:
            channel.device.leg.send(Close(channel.ch, value))
        else:
            channel.unseat(viewer)

    def cut(self, channel: Channel, code: str, sentence: str) -> None:
        """Close a live channel at both ends at once; its last testimony is still recorded."""
        channel.state = "cut"
        if channel.device is not None:
            channel.device.tell(CUT, values.cut(channel.key, code, sentence))
        channel.close(code, sentence)
        self.note(channel, {"event": "cut", "code": code})
        self.save(channel.session)

    def recorder_failed(self, channel: Channel, problem: RecorderFailedError) -> None:
        """Without a recording there is no session: cut it and keep the reason."""
        self.journal.say("recorder.failed", key=channel.key, sentence=problem.sentence)
        self.events.add(
            channel.session.id, "recorder-failed", channel.key, sentence=problem.sentence
        )
        if channel.state == "opening" or channel.owner is None:
            channel.state = "open"
        self.cut(channel, problem.code, problem.sentence)
        if channel.device is not None:
            channel.device.leg.send(Close(channel.ch, channel.closing or {}))
        self.ended(channel, problem.code, problem.sentence)

    def ended(self, channel: Channel, code: str, sentence: str) -> None:
        """The channel is over: finish the recording, tell everybody, forget it."""
        closing = channel.closing or {"code": code[:80], "sentence": sentence[:500]}
        try:
            channel.recording.finish(closing["code"], closing["sentence"], wall_ms())
        except RecorderFailedError as problem:
            self.journal.say("recorder.failed", key=channel.key, sentence=problem.sentence)
        channel.state = "ended"
        channel.meta |= {"ended": True, "closing": closing}
        if channel.device is not None:
            channel.device.drop(channel)
        channel.close(closing["code"], closing["sentence"])
        self.handing.over(channel)
        session = channel.session
        session.channels.pop(channel.key, None)
        self.events.add(session.id, "ended", channel.key, **closing)
        self.save(session)
        self.tidy(session)

    def load(self) -> None:
        """Take up the sessions an earlier front left; called once before serving."""
        for session in self.store.load_sessions():
            self.sessions[session.id] = session

    def accepted(self, name: str) -> None:
        """The web process has accepted every event of a session."""
        session = self.sessions.get(name)
        if session is not None:
            self.tidy(session)

    def tidy(self, session: Session) -> None:
        """Remove a session that is over; its file goes when its events are accepted."""
        if session.over and not self.events.pending(session.id):
            self.sessions.pop(session.id, None)
            self.store.remove_session(session.id)

    def save(self, session: Session) -> None:
        """Write the session's file now, unless it was forgotten; what a restarted front needs."""
        if self.sessions.get(session.id) is session:
            self.store.save_soon(session, self.journal)

    def note(self, channel: Channel, value: Json) -> None:
        try:
            channel.recording.note(value, wall_ms())
        except RecorderFailedError as problem:
            self.journal.say("recorder.failed", key=channel.key, sentence=problem.sentence)
