"""Small values that go into frames and events."""

from typing import TYPE_CHECKING

from reachback_gateway.links.session import Session, split_key
from reachback_gateway.ports import Json
from reachback_wire import canonical
from reachback_wire.frames import Refused
from reachback_wire.refusals import Refusal

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg


def refused(ch: int, value: Json) -> Refused:
    """REFUSED as the browser gets it from a device."""
    return Refused(ch, {**value, "by": "device"})


def number_in(session: Session, key: str) -> int:
    """The running number of a channel's key; Refusal when it belongs elsewhere."""
    named, number = split_key(key)
    if named != session.id:
        raise Refusal("wrong-session-key", "The channel belongs to another session.")
    return number


def under(session: Session, key: str, leg: "BrowserLeg", grant: str) -> bool:
    """Whether this browser has the channel under this very grant: its answer was lost."""
    meta = session.known.get(key, {})
    return meta.get("seat") == leg.seat.key and meta.get("grant") == grant


def name(leg: "BrowserLeg") -> Json:
    """Who sits there, for a recording's note."""
    return {"person": str(leg.seat.person.get("id", ""))[:80]}


def cut(key: str, code: str, sentence: str) -> Json:
    """A CUT for the device, with an id of its content: the same again is the same."""
    body = {"channel": key, "code": code, "sentence": sentence}
    return {"id": canonical.digest(canonical.dumps(body))[7:39], **body}
