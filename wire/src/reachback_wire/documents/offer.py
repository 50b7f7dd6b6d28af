"""`reachback-offer`: whoever holds a running shell offers it to a colleague."""

from dataclasses import dataclass
from typing import ClassVar, Final

from reachback_wire import canonical
from reachback_wire.documents.members import malformed, open_document

MAX_LIFETIME_MS: Final = 15 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The giver's signed word: `to` may take over what runs under `grant` (its id), until then.

    Signed by the session key of that grant, so that nobody else can give the shell away.
    """

    TYPE: ClassVar[str] = "reachback-offer"
    grant: str
    session: str
    to: str
    issued: int
    expires: int

    @classmethod
    def parse(cls, body: str) -> "Offer":
        members = open_document(body, cls.TYPE)
        found = cls(
            grant=members.filled("grant"),
            session=members.filled("session"),
            to=members.filled("to"),
            issued=members.integer("issued"),
            expires=members.integer("expires"),
        )
        members.finish()
        if not 0 < found.expires - found.issued <= MAX_LIFETIME_MS:
            malformed("An offer lives at most 15 minutes.")
        return found

    def to_body(self) -> str:
        value: dict[str, object] = {
            "type": self.TYPE,
            "version": 1,
            "grant": self.grant,
            "session": self.session,
            "to": self.to,
            "issued": self.issued,
            "expires": self.expires,
        }
        return canonical.dumps(value)
