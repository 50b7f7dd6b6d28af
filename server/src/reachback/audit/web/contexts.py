"""What the pages of the log know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class Line:
    """One act in words."""

    id: UUID
    at: datetime
    who: str
    kind: str
    of: str
    did: str
    action: str
    what: str
    what_kind: str
    why: str


@dataclass(frozen=True, kw_only=True)
class LogPage(PageContext):
    """The list: newest first, one page."""

    lines: tuple[Line, ...]
    now: datetime
    text: str
    action: str
    day: str
    day_problem: str
    older: str
    filtered: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the act stands in one log, and what its proof says."""

    log: str
    sequenced: bool
    holds: bool
    number: int
    size: int
    signed_at: datetime | None
    key: str
    proof: str


@dataclass(frozen=True, kw_only=True)
class EntryPage(PageContext):
    """One act with its proofs."""

    line: Line
    now: datetime
    details: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]
