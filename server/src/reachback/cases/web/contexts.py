"""What each page of cases knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from reachback.cases.clock import Readings
from reachback.cases.models import Resolution
from reachback.cases.rows import CaseRow
from reachback.cases.slots import Action
from reachback.cases.web.entries import EntryLine
from reachback.cases.web.forms import EntryForm, MessageForm, NewCaseForm, ResolveForm
from reachback.ui.contexts import PageContext
from reachback.ui.slots import Panel


@dataclass(frozen=True, kw_only=True)
class ViewLink:
    """One view of the rail; `count` None is not counted."""

    name: str | Promise
    icon: str
    href: str
    here: bool
    count: int | None
    tone: str


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One typed term and the address without it."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The selected case beside the list."""

    row: CaseRow
    entries: Sequence[EntryLine]


@dataclass(frozen=True, kw_only=True)
class QueuePage(PageContext):
    """The queue: views, filter, rows, preview."""

    about: str | Promise
    views: Sequence[ViewLink]
    typed: str
    filter_error: str
    chips: Sequence[Chip]
    rows: Sequence[CaseRow]
    next_href: str
    live_view: str
    empty_title: str
    empty_text: str
    preview: Preview | None
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PreviewPage(PageContext):
    """The preview alone, for the list's script."""

    preview: Preview
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ChangedRowPage(PageContext):
    """A row after a change, with what was said and how to undo it."""

    row: CaseRow
    said: str
    undo_url: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that can be chosen in a menu."""

    value: str
    name: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class KindLink:
    """A filter of the timeline by kind."""

    name: str | Promise
    href: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class CasePageContext(PageContext):
    """The case: head, timeline, composer, context."""

    row: CaseRow
    why: str
    suggested_why: str
    entries: Sequence[EntryLine]
    kinds: Sequence[KindLink]
    readings: Readings
    proposal: str
    resolution: Resolution | None
    avoided: str | Promise
    panels: Sequence[Panel]
    actions: Sequence[Action]
    teams: Sequence[Choice]
    agents: Sequence[Choice]
    priorities: Sequence[Choice]
    composer: EntryForm
    resolve_form: ResolveForm
    resolving: bool
    may_work: bool
    is_mine: bool
    contact: str
    site_there: str
    site_zone: str
    previous: Sequence[CaseRow]
    entitlement: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class NewCasePage(PageContext):
    """Open a case by hand."""

    form: NewCaseForm


@dataclass(frozen=True, kw_only=True)
class PortalCasesPage(PageContext):
    """A customer's cases."""

    open_cases: Sequence[CaseRow]
    finished: Sequence[CaseRow]
    next_href: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PortalCasePage(PageContext):
    """One case as its customer sees it."""

    row: CaseRow
    entries: Sequence[EntryLine]
    form: MessageForm
    may_write: bool
    may_reopen: bool
    may_close: bool
    resolution: Resolution | None
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PortalPanelContext(PageContext):
    """My cases, on the customer's home."""

    rows: Sequence[CaseRow]
    now: datetime
