"""NOTICE: what a session's browsers are told of the other leg, of its people and its channels."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reachback_gateway.clock import wall_ms
from reachback_gateway.links.session import Session
from reachback_gateway.ports import Json
from reachback_wire.frames import Notice

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg
    from reachback_gateway.links.links import Links


def _everybody(_: "BrowserLeg") -> bool:
    return True


def _watches(leg: "BrowserLeg") -> bool:
    return leg.seat.may("watch")


class Notices:
    """Tells browsers; what is told here may be lost and causes nothing but words and tabs."""

    def __init__(self, links: "Links") -> None:
        self._links = links

    def device(self, device: str, generation: int) -> None:
        """Tell every browser of a device's sessions how the other leg is."""
        for session in self._links.sessions.values():
            if session.device == device:
                self._tell(session, generation, _everybody)

    def session(self, session: Session) -> None:
        """Tell a session's browsers who is in it now."""
        self._tell(session, self._generation(session), _everybody)

    def watchers(self, session: Session) -> None:
        """Tell those who watch which channels there are now; who opens them knows."""
        self._tell(session, self._generation(session), _watches)

    def _generation(self, session: Session) -> int:
        device = self._links.device(session.device)
        return device.admission.generation if device else 0

    def _tell(
        self, session: Session, generation: int, whom: Callable[["BrowserLeg"], bool]
    ) -> None:
        told = [leg for leg in session.browsers if whom(leg)]
        value = self.value(session, generation) if told else {}
        for leg in told:
            leg.leg.send(Notice(value))
            leg.leg.kick_later()

    def value(self, session: Session, generation: int) -> Json:
        """Compose a NOTICE for a session's browsers."""
        links, device = self._links, session.device
        state = links.restarts.state(device, linked=links.device(device) is not None)
        value: Json = {"device": state, "since": wall_ms(), "generation": generation}
        value |= {"boot": links.restarts.boot(device), "channels": list(session.known)}
        return value | {"resumes": session.resumes, "people": session.people}
