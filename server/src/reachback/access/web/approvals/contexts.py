"""What each page about approvals knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reachback.access.approvals.rota import Standing
from reachback.access.models import ApprovalAnswer, ApprovalRequest, ApproverKey
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class AskPage(PageContext):
    """The technician's form: what is asked, of whom, and what needs nobody's yes."""

    device_name: str
    acts: str
    sentence: str
    fields: Sequence[tuple[str, str]]
    reason: str
    hours: Sequence[tuple[int, str, bool]]
    error: str
    needed: int
    approvers: Sequence[Standing]
    free: Sequence[str]
    zone: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class WaitingPage(PageContext):
    """A request as its technician sees it, until it is over. `mine`: they may go on."""

    asked: ApprovalRequest
    acts: str
    answers: Sequence[ApprovalAnswer]
    mine: bool
    connect_url: str
    opening_url: str
    session_url: str
    approvers: Sequence[Standing]
    free: Sequence[str]
    zone: str
    there: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalPage(PageContext):
    """The same for somebody of the customer; `keys` are theirs that count."""

    asked: ApprovalRequest
    acts: str
    site: str
    answers: Sequence[ApprovalAnswer]
    keys: Sequence[ApproverKey]
    answered: bool
    over: bool
    data: dict[str, Any]
    there: str
    zone: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ApprovalsPage(PageContext):
    """What waits, what was answered, who is asked when."""

    waiting: Sequence[ApprovalRequest]
    earlier: Sequence[ApprovalRequest]
    approvers: Sequence[Standing]
    zone: str
    governs: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class KeyLine:
    """One key, and whether the customer's newest keyset lets it approve."""

    key: ApproverKey
    fingerprint: str
    named: bool


@dataclass(frozen=True, kw_only=True)
class KeysPage(PageContext):
    """The person's own keys, and how they come into the keyset."""

    keys: Sequence[KeyLine]
    data: dict[str, Any]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RotaLine:
    """One person of the customer in the order of approvers."""

    id: str
    name: str
    has_key: bool
    position: str
    hours: str
    phone: str
    error: str


@dataclass(frozen=True, kw_only=True)
class RotaPage(PageContext):
    """Who is asked first, at which hours."""

    lines: Sequence[RotaLine]
    zone: str
    error: str
    now: datetime
