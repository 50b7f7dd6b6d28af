"""One session's origin: its name, who may enter, its connections, and what its page is told."""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from reachback_gateway.links.browser import BrowserLeg
from reachback_gateway.links.session import Session
from reachback_gateway.origins.pool import Pool
from reachback_gateway.origins.tap import Tap, TargetError
from reachback_gateway.ports import Json
from reachback_wire.frames import Notice

TICKET_MS: Final = 30_000
_KEYS_MOST: Final = 8
_TOLD_EVERY: Final = 0.4  # seconds


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def new_label() -> str:
    """A hostname's label that nobody can guess (125 bits)."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(secrets.choice(letters) for _ in range(25))


class Origin:
    """What is kept lies in `Session.origin`: a restarted front knows it. The rest is new."""

    def __init__(
        self, session: Session, kept: Json, close: Callable[[Tap], None], patience: float
    ) -> None:
        self.session = session
        self.kept = kept
        self.page: BrowserLeg | None = None
        self.requests = 0
        self.last = ""
        self.tickets: dict[str, int] = {}
        self.pool = Pool(self._ask, close, patience)
        self._sent = 0
        self._received = 0
        self._past: list[Tap] = []
        self._telling: asyncio.TimerHandle | None = None

    @property
    def label(self) -> str:
        return str(self.kept["label"])

    @property
    def target(self) -> str:
        return str(self.kept["target"])

    @property
    def person(self) -> str:
        return str(self.kept["person"])

    @property
    def over(self) -> str:
        """Why nobody enters any more; "" while the session lasts."""
        return str(self.kept.get("over", ""))

    # Who may enter

    def ticket(self, now: int) -> str:
        """A ticket for the first address, good once; `now` in ms since 1970."""
        ticket = secrets.token_urlsafe(32)
        self.tickets = {name: until for name, until in self.tickets.items() if until > now}
        self.tickets[_digest(ticket)] = now + TICKET_MS
        return ticket

    def enter(self, ticket: str, now: int) -> str | None:
        """Take a ticket and return the cookie's value; None for one that does not serve."""
        if self.tickets.pop(_digest(ticket), 0) <= now:
            return None
        value = secrets.token_urlsafe(32)
        self.kept["keys"] = [*self.kept["keys"], _digest(value)][-_KEYS_MOST:]
        return value

    def knows(self, values: list[str]) -> bool:
        """Whether one of these cookies was set here."""
        digests = [_digest(value) for value in values]
        keys = self.kept["keys"]
        return any(hmac.compare_digest(one, key) for one in digests for key in keys)

    def sign_out(self) -> None:
        """Nobody is let in with what was handed out so far."""
        self.kept["keys"] = []
        self.tickets.clear()

    def end(self, code: str, sentence: str) -> None:
        """The session is over; who has the cookie is told why."""
        if not self.over:
            self.kept["over"] = sentence or "The session is over."
        self.tickets.clear()
        self.pool.end(TargetError(code, self.over))
        self.tell()

    # The session's page

    def _ask(self, count: int) -> None:
        if self.page is not None and not self.page.leg.closed:
            self.page.leg.send(Notice({"origin": {**self._value(), "want": count}}))

    def arrived(self, page: BrowserLeg) -> None:
        """Its page is there (again): what waits is asked for on this very connection."""
        self.page = page
        if wanted := self.pool.wanted:
            self._ask(wanted)
        else:
            self.tell()

    def counted(self, tap: Tap) -> None:
        self._past.append(tap)

    def tell(self) -> None:
        """Tell the page how much has passed, soon."""
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(_TOLD_EVERY, self._say)

    def _say(self) -> None:
        self._telling = None
        if self.page is not None and not self.page.leg.closed:
            self.page.leg.send(Notice({"origin": self._value()}))

    def _value(self) -> Json:
        connections = self.pool.alive
        self._settle()
        value: Json = {"requests": self.requests, "connections": connections}
        value |= {"sent": self._sent + sum(tap.sent for tap in self._past)}
        value |= {"received": self._received + sum(tap.received for tap in self._past)}
        return value | {"last": self.last, "over": self.over}

    def _settle(self) -> None:
        """Add up the connections that are over."""
        for tap in [tap for tap in self._past if tap.over is not None]:
            self._past.remove(tap)
            self._sent += tap.sent
            self._received += tap.received
