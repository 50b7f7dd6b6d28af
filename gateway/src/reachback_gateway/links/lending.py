"""Channels a session's page lends to the front, for the session's origin (front.md)."""

from typing import TYPE_CHECKING, Protocol

from reachback_gateway.links.session import Session
from reachback_gateway.ports import Json

if TYPE_CHECKING:
    from reachback_gateway.links.browser import BrowserLeg


class Lending(Protocol):
    """What links tell whoever serves the origins."""

    def arrived(self, leg: "BrowserLeg") -> None:
        """A browser sat down at a session."""

    def left(self, leg: "BrowserLeg") -> None:
        """Its connection ended."""

    def lend(self, leg: "BrowserLeg", ch: int, value: Json) -> None:
        """An OPEN that its page signed for the front."""

    def over(self, session: Session, code: str, sentence: str) -> None:
        """The session was ended or cut."""
