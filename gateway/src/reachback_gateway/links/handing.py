"""A running shell goes to a colleague: judged here, judged and testified by the device.

From the moment the device is asked until it has answered nobody types. What the giver's browser had
sent and the device had not accepted is typed by nobody, if the answer is yes; if it is no, the
giver's browser is asked for it again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reachback_gateway.clock import wall_ms
from reachback_gateway.links.channel import Channel, Viewer
from reachback_gateway.links.device import DeviceLeg
from reachback_gateway.links.session import Session
from reachback_gateway.ports import Json
from reachback_gateway.recorder.playback import Playback
from reachback_wire.admission import Admission
from reachback_wire.frames import Close, Open, Opened, Refused
from reachback_wire.handing import Tenure, check_attach, over
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg
    from reachback_gateway.links.links import Links

HANDED_OVER: Final = "handed-over"
_OLDER: Final = (
    "This device's connector is older and cannot hand a shell over; connect for your own."
)
_AWAY: Final = "The device is not connected."


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who wants a channel, and with what."""

    viewer: Viewer
    found: Admission
    value: Json


class Handing:
    """Channels that are about to change hands, by key."""

    def __init__(self, links: "Links") -> None:
        self._links = links
        self._asked: dict[str, _Asked] = {}

    def check(self, session: Session, found: Admission) -> Channel:
        """The living channel that this colleague may have; Refusal."""
        key = found.wish.channel
        channel = session.channels.get(key)
        if channel is None or channel.state != "open" or channel.kind != "shell":
            raise over()
        tenure = Tenure.from_json(channel.meta.get("tenure"))
        if tenure is None:
            raise Refusal("unknown-kind", "This shell was opened before it could be handed over.")
        now = wall_ms()
        check_attach(found.grant, found.wish, tenure, Clock(device=now, gateway=now))
        if key in self._asked:
            raise Refusal("not-offered", "This shell is being taken over at this moment.")
        return channel

    def ask(
        self, leg: "BrowserLeg", ch: int, channel: Channel, found: Admission, value: Json
    ) -> None:
        """Ask the device; the browser's place is kept until it answers."""
        if channel.device is None:
            leg.refuse(ch, "device-offline", _AWAY)
            return
        viewer = Viewer(leg, channel, ch, Playback(channel.recording), owner=True)
        leg.viewers[ch] = viewer
        self._asked[channel.key] = _Asked(viewer, found, value)
        channel.paused = True
        self.again(channel)

    def again(self, channel: Channel) -> None:
        """Ask once more on a new connection of the device, which answers a repeat as before."""
        asked = self._asked.get(channel.key)
        if asked is not None and channel.device is not None:
            channel.device.leg.send(Open(channel.ch, asked.value))

    def opened(self, device: DeviceLeg, channel: Channel, value: Json) -> bool:
        """The device said yes; whether this was an answer to us."""
        asked = self._asked.pop(channel.key, None)
        if asked is None:
            return False
        giver, before = str(channel.meta["seat"]), channel.owner
        seat, found = asked.viewer.leg.seat, asked.found
        known = {name: text for name, text in value.items() if name != "input"}
        channel.meta |= {"seat": seat.key, "grant": found.grant_digest, "opened": known}
        channel.meta["tenure"] = Tenure.of(found.grant, found.wish).to_json()
        channel.meta.pop("detached", None)
        channel.paused = False
        if before is not None:
            name = found.grant.technician.name[:200]
            self._leave(before, f"{name} has taken this shell over.")
        start = max(channel.input.acked, min(_whole(value.get("input")), channel.input.end))
        channel.bind(device, channel.ch, next_input=start, credit=channel.device_credit)
        channel.resume_output()
        self._tell(channel, asked, giver)
        self._sit(asked, value)
        return True

    def _sit(self, asked: _Asked, value: Json) -> None:
        viewer = asked.viewer
        if viewer.leg.viewers.get(viewer.ch) is viewer:
            viewer.leg.leg.send(Opened(viewer.ch, value))
            viewer.channel.seat(viewer, 0)
        else:
            self._links.presence.left(viewer.channel)

    def _tell(self, channel: Channel, asked: _Asked, giver: str) -> None:
        """Written down before the colleague's browser hears of it: a killed front knows it, too."""
        links, session = self._links, channel.session
        person = asked.viewer.leg.seat.person
        who = {"person": str(person.get("id", ""))[:80], "name": str(person.get("name", ""))[:200]}
        links.note(channel, {"event": HANDED_OVER, **who})
        digest = asked.found.grant_digest
        links.events.add(session.id, HANDED_OVER, channel.key, **who, grant=digest)
        left = session.seats.get(giver)
        if left is not None and not _types(session, giver):
            left.redeemed = {**left.redeemed, "may": ["watch"], "takes_up": False}
        links.save(session)
        links.notices.session(session)

    def _leave(self, viewer: Viewer, sentence: str) -> None:
        viewer.leg.leg.send(Close(viewer.ch, {"code": HANDED_OVER, "sentence": sentence}))
        viewer.channel.unseat(viewer)
        viewer.leg.leg.kick_later()

    def refused(self, channel: Channel, value: Json) -> bool:
        """The device said no: the giver types on; whether this was an answer to us."""
        asked = self._asked.pop(channel.key, None)
        if asked is None:
            return False
        told = {**value, "by": "device"}
        if value.get("code") == "unknown-kind" and channel.state == "open":
            told["sentence"] = _OLDER
        fields = {
            "code": str(told.get("code", "")),
            "sentence": str(told.get("sentence", ""))[:500],
        }
        events = self._links.events
        events.add(channel.session.id, "refused", channel.key, **fields, by="device")
        self._give_back(channel)
        self._turn_away(asked, told)
        return True

    def over(self, channel: Channel) -> None:
        """The channel has ended before the device answered."""
        asked = self._asked.pop(channel.key, None)
        if asked is not None:
            self._turn_away(asked, {**over().to_value(), "data": {}, "by": "front"})

    def _turn_away(self, asked: _Asked, value: Json) -> None:
        viewer = asked.viewer
        if viewer.leg.viewers.get(viewer.ch) is viewer:
            viewer.leg.leg.send(Refused(viewer.ch, value))
            viewer.leg.forget(viewer)
            viewer.leg.leg.kick_later()

    def _give_back(self, channel: Channel) -> None:
        channel.paused = False
        channel.rewind_owner()

    def listed(self, channel: Channel, entry: Json) -> None:
        """The device came back: under which grant it holds the channel decides who types.

        A front that was killed between the device's yes and its own file finds another grant there;
        then nobody types until the colleague's browser asks again.
        """
        grant = entry.get("grant")
        if isinstance(grant, str) and grant and grant != channel.meta.get("grant"):
            channel.meta["seat"] = ""
            if channel.owner is not None:
                self._leave(channel.owner, "A colleague has taken this shell over.")
            self._links.save(channel.session)
        self.again(channel)


def _types(session: Session, key: str) -> bool:
    """Whether this seat still has a living channel."""
    return any(not meta.get("ended") and meta.get("seat") == key for meta in session.known.values())


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 53 else 0
