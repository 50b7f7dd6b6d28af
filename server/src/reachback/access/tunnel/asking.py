"""What is asked for, the address a person opens to say yes, and the answer that page gives.

Why the person carries the answer: docs/handbook/tunnel.md, 'Why the answer is copied'.
"""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from reachback.access.tunnel.errors import TunnelError
from reachback_wire.documents import Envelope
from reachback_wire.documents.capability import check_target
from reachback_wire.refusals import Refusal

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ANSWER_MOST = 32_768


@dataclass(frozen=True, slots=True)
class Way:
    """A port of this computer (0: any), and the target it leads to from the device."""

    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> "Way":
        """Read LOCAL:HOST:PORT. TunnelError names what is wrong with it."""
        if "udp" in text.lower().replace("/", ":").split(":"):
            raise TunnelError("udp", "Tunnels carry TCP; UDP is out of scope.")
        local, _, target = text.partition(":")
        if not local.isascii() or not local.isdigit() or int(local) > 65_535:
            raise TunnelError("way", f"{text[:80]!r} is not LOCAL:HOST:PORT, as in 8080:till-3:80.")
        try:
            check_target(target)
        except Refusal as refusal:
            raise TunnelError("way", refusal.sentence) from refusal
        return cls(int(local), target)


@dataclass(frozen=True, slots=True)
class Place:
    """A device on a server: `https://support.example.com`, and the device's id."""

    server: str
    device: str

    @classmethod
    def parse(cls, device: str, server: str) -> "Place":
        """Read the address of the device's page, or an id together with `server`."""
        found = _ID.search(device)
        if found is None:
            raise TunnelError(
                "device",
                "Name the device by the address of its page, as your browser shows it "
                "(https://…/devices/…).",
            )
        base = urlsplit(device if "://" in device else server)
        if base.scheme not in {"https", "http"} or not base.hostname:
            raise TunnelError("server", "Name the server: --server https://support.example.com")
        if base.scheme == "http" and not _is_here(base.hostname):
            raise TunnelError("server", "http:// is accepted for this very computer only.")
        return cls(f"{base.scheme}://{base.netloc}", str(UUID(found[0])))

    def address(self, way: Way, key: str) -> str:
        """The page on which a signed-in technician says yes."""
        query = urlencode({"target": way.target, "key": key.split(" ")[1]})
        return f"{self.server}/access/devices/{self.device}/tunnel?{query}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page answered: a grant bound to our session key, and a ticket for it."""

    session: str
    ticket: str
    link: str
    grant: Envelope
    sentence: str

    @classmethod
    def parse(cls, text: str) -> "Answer":
        """Read the line that was copied. TunnelError when it is not whole."""
        line = "".join(text.split())[:_ANSWER_MOST]
        try:
            data = base64.urlsafe_b64decode(line + "=" * (-len(line) % 4))
            value: dict[str, Any] = json.loads(data)
            names = ("session", "ticket", "link", "sentence")
            session, ticket, link, sentence = (str(value[name]) for name in names)
            return cls(session, ticket, link, Envelope.from_json(value["grant"]), sentence)
        except (ValueError, KeyError, TypeError, Refusal) as error:
            what = "This is not the line of the page, or not all of it."
            raise TunnelError("answer", what) from error

    def to_text(self) -> str:
        """The line a person copies."""
        value = {
            "session": self.session,
            "ticket": self.ticket,
            "link": self.link,
            "grant": self.grant.to_json(),
            "sentence": self.sentence,
        }
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _is_here(host: str) -> bool:
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")
