"""What each page of site knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reachback.cases.rows import CaseRow
from reachback.site.system import SystemState
from reachback.ui.contexts import PageContext
from reachback.ui.slots import Panel


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What the customer's home says first; `tone` green when everything is fine."""

    tone: str
    icon: str
    words: str
    more: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class PortalHomePage(PageContext):
    """The customer's home: a headline, then every room's panel."""

    name: str
    headline: Headline
    panels: Sequence[Panel]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SearchPage(PageContext):
    """What was found."""

    words: str
    cases: Sequence[CaseRow]
    layout: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SystemPage(PageContext):
    """How the system is, for the provider's administrators."""

    state: SystemState
    well: bool
    now: datetime
