"""What the library's page knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reachback.access.models import AccessSession
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A term of the search, and the address without it."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that fits: where its replay begins at it, when it was entered, and its words."""

    text: str
    href: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Row:
    """One recording, and the lines that fit."""

    session: AccessSession
    href: str
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class LibraryPage(PageContext):
    """Recordings, newest first; `examples` teach what may be typed."""

    typed: str
    error: str
    chips: Sequence[Chip]
    rows: Sequence[Row]
    older_href: str
    here: str
    examples: Sequence[Chip]
    layout: str
    now: datetime
