"""What the front needs from elsewhere, as Protocols; `web_port` is the Unix-socket adapter.

All instants are integer milliseconds since 1970. Documents are envelopes
(docs/protocols/documents.md) kept as the JSON objects they arrived as; the wire package reads them
where they are judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person behind a cookie and the audience keys of what may be pushed to them."""

    user: str
    name: str
    audience: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The web process's answer to a device's HELLO."""

    device: str
    name: str
    organisation: str
    generation: int
    hold: str
    documents: tuple[Json, ...]


class Identity(Protocol):
    """Who is this? Raises WebUnavailableError or WebRefusedError."""

    async def who(self, cookie: str, host: str) -> Viewer: ...

    async def device_hello(
        self, *, hello: Json, nonce: str, node: str, remote: str
    ) -> Admission: ...

    async def device_lost(self, *, device: str, generation: int, at: int, reason: str) -> None: ...


class Grants(Protocol):
    """May they? A ticket is redeemed once; what it answers is the session's file."""

    async def redeem(self, *, ticket: str, key: str, nonce: str, node: str, shown: int) -> Json: ...


class Reports(Protocol):
    """Where the devices' reports and the sessions' events go; accepted means durably."""

    async def reports(
        self, *, device: str, generation: int, channel: str, units: Sequence[Json]
    ) -> None: ...

    async def session_events(self, *, session: str, events: Sequence[Json]) -> None: ...


class IncidentSink(Protocol):
    """Where what the front refused or endured goes, for the audit log."""

    async def incidents(self, incidents: Sequence[Json]) -> None: ...

    async def answers(self) -> bool: ...


class NudgeSink(Protocol):
    """Where nudges are handed in (the control socket today, LISTEN/NOTIFY when scaled)."""

    def publish(self, nudge: "Nudge") -> int: ...

    def end(self, audience: frozenset[str]) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """A live update: rendered once, pushed to every stream whose audience matches."""

    topic: str
    event: str
    html: str
    data: Mapping[str, Any]
    audience: frozenset[str]


class RecordingStore(Protocol):
    """Where the bytes of recordings lie: one folder per channel, numbered segments."""

    def segments(self, session: str, channel: int) -> list[str]: ...
