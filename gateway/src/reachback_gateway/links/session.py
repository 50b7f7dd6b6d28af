"""A session as the front knows it: what redeem answered, who sits at it, its channels."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reachback_gateway.errors import LinkRefusedError
from reachback_gateway.ports import Json

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg
    from reachback_gateway.links.channel import Channel

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEY = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9]{1,6})")


def split_key(key: str) -> tuple[str, int]:
    """Return (session, number) of a channel key; raises LinkRefusedError `malformed`."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise LinkRefusedError("malformed", "A channel key is SESSION.N.")
    return found[1], int(found[2])


@dataclass(slots=True)
class Seat:
    """One session key admitted by a ticket, and what it may do here."""

    key: str
    redeemed: Json

    def may(self, what: str) -> bool:
        return what in self.redeemed.get("may", ())

    @property
    def takes_up(self) -> bool:
        """Whether the ticket lets its technician go on here with what another browser opened."""
        return self.may("open") and self.redeemed.get("takes_up") is True

    def may_watch(self, key: str) -> bool:
        """Whether the recording `key` (SESSION.N) is among those the ticket named."""
        named = self.redeemed.get("recordings", ())
        return self.may("watch") and (key in named or split_key(key)[0] in named)

    @property
    def person(self) -> Json:
        person = self.redeemed.get("person")
        return person if isinstance(person, dict) else {}


@dataclass(slots=True)
class Session:
    """Everything of one session; survives the front as `sessions/SESSION.json`."""

    id: str
    device: str
    seats: dict[str, Seat] = field(default_factory=dict)
    channels: dict[str, "Channel"] = field(default_factory=dict)
    browsers: set["BrowserLeg"] = field(default_factory=set)
    # By channel key: what must survive the front (kind, seat, digests, OPENED, how it ended).
    known: dict[str, Json] = field(default_factory=dict)
    opened: int = 0
    resumes: int = 0
    # Commands that lost their line between two connections, and whether they are waited for.
    expected: int = 0
    cut: bool = False
    # The web origin its page opened: label, target, person, digests of cookies, why it is over.
    origin: Json | None = None
    # Why it is over, once it was ended from outside: its grant opens nothing more.
    ended: str = ""

    def to_json(self) -> Json:
        seats = [{"key": seat.key, "redeemed": seat.redeemed} for seat in self.seats.values()]
        value: Json = {"session": self.id, "device": self.device, "opened": self.opened}
        value |= {"seats": seats, "known": self.known}
        if self.ended:
            value["ended"] = self.ended
        return value | ({"origin": self.origin} if self.origin else {})

    @classmethod
    def from_json(cls, value: Json) -> "Session":
        seats = {seat["key"]: Seat(seat["key"], seat["redeemed"]) for seat in value["seats"]}
        opened = int(value.get("opened", 0))
        session = cls(checked_name(value["session"]), str(value["device"]), seats, opened=opened)
        session.known = dict(value.get("known", {}))
        session.origin = value.get("origin")
        session.ended = str(value.get("ended", ""))
        return session

    def check_goes_on(self) -> None:
        """Raise LinkRefusedError when it was ended: a browser may still hold a good grant."""
        if self.ended:
            raise LinkRefusedError("session-over", self.ended)

    @property
    def over(self) -> bool:
        """Nothing is open or still to be opened, and nobody sits here."""
        live = any(not meta.get("ended") for meta in self.known.values())
        sitting = any(seat.may("open") for seat in self.seats.values())
        awaited = self.opened == 0 and sitting and not self.ended
        entered = self.origin is not None and not self.origin.get("over")
        expected = self.expected > 0 and not self.cut
        return not (live or awaited or entered or expected or self.channels or self.browsers)

    @property
    def has_pauses(self) -> bool:
        """A tunnel's session: nothing may be open for a while, and then something is again."""
        tunnels = any(meta.get("kind") == "tunnel" for meta in self.known.values())
        return tunnels and self.origin is None

    @property
    def people(self) -> list[Json]:
        """Who sits here now, for people: names and what they may do."""
        seats = [leg.seat for leg in self.browsers]
        return [
            {"name": str(seat.person.get("name", ""))[:200], "may": seat.redeemed.get("may")}
            for seat in seats
        ]


def checked_name(name: object) -> str:
    """Return a session id that is safe as a file's name; raises LinkRefusedError."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise LinkRefusedError("malformed", "A session's id is 1 to 64 letters, digits, - and _.")
    return name
