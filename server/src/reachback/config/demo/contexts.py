"""What the demo's pages know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reachback.config.demo.state import HotelState, LiveProcess
from reachback.ui.contexts import PageContext


@dataclass(frozen=True)
class Door:
    """One person to be, and where."""

    name: str
    role: str
    href: str
    icon: str
    what: str


@dataclass(frozen=True, kw_only=True)
class FirstPage(PageContext):
    """The story, the doors, the live processes."""

    doors: Sequence[Door]
    hotel: HotelState
    processes: Sequence[LiveProcess]
    samples: bool


@dataclass(frozen=True, kw_only=True)
class Demonstration(PageContext):
    """What an attack tried and what became of it."""

    lead: str
    rows: Sequence[tuple[str, str, str]]  # what was done, the answer, its code
    good: bool
    command: str
