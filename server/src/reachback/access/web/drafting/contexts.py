"""What each page about writing and signing a contract knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reachback.access.drafting.comparing import Change
from reachback.access.drafting.mistakes import Remark
from reachback.access.drafting.table import Table
from reachback.access.drafting.templates import Template
from reachback.access.models import ContractDocument, ContractDraft, CustomerKeyset, SigningRound
from reachback.access.rounds import Seat
from reachback.access.web.contexts import ClauseLine, KeyLine
from reachback.access.web.drafting.clause_form import ClauseForm
from reachback.access.web.drafting.terms_form import TermsForm
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class DraftClause:
    """One clause of a draft; `line` is None while no device could read it."""

    number: int
    line: ClauseLine | None
    remarks: Sequence[Remark]
    changes: Sequence[Change]

    @property
    def faulty(self) -> bool:
        """Whether something here prevents signing."""
        return any(each.mistake for each in self.remarks)


@dataclass(frozen=True, kw_only=True)
class BeginPage(PageContext):
    """Nothing is written yet: where to begin."""

    templates: Sequence[Template]
    running: ContractDocument | None
    keyset: CustomerKeyset | None
    rounds: Sequence[SigningRound]
    error: str
    text: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class EditorPage(PageContext):
    """The draft as a letter, with what is wrong, what differs, and who could do what."""

    draft: ContractDraft
    organisation_name: str
    provider_name: str
    provider_keys: Sequence[KeyLine]
    devices: str
    covered: Sequence[str]
    begins: datetime | None
    ends: datetime
    freshness: int
    recorded: bool
    notify: str
    clauses: Sequence[DraftClause]
    remarks: Sequence[Remark]
    whole: Sequence[Change]
    gone: Sequence[Change]
    running: ContractDocument | None
    moved_on: bool
    table: Table
    faulty: int
    widens: bool
    threshold: int
    next_number: int
    rounds: Sequence[SigningRound]
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ClausePage(PageContext):
    """The form of one clause, beside what it would mean."""

    number: int
    is_new: bool
    form: ClauseForm
    mark: str
    teams: Sequence[str]
    zones: Sequence[str]
    shown: DraftClause
    table: Table
    conflict: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class TermsPage(PageContext):
    """The form of what holds for the whole."""

    form: TermsForm
    mark: str
    conflict: str
    remarks: Sequence[Remark]
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SigningPage(PageContext):
    """A settled document, who has signed, and how to sign."""

    round: SigningRound
    clauses: Sequence[ClauseLine]
    devices: str
    ends: datetime
    whole: Sequence[Change]
    changes: Sequence[Change]
    seats: Sequence[Seat]
    threshold: int
    missing: int
    open: bool
    file_name: str
    namespace: str
    error: str
    crumbs: Sequence[tuple[str, str]] = field(default_factory=tuple)
    now: datetime
