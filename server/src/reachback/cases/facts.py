"""What cases tell the rooms above: facts, kept in the outbox with the change that made them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from reachback.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class _CaseFact(Fact):
    """What every fact of a case says."""

    case_id: UUID
    number: int
    organisation_id: UUID
    site_id: UUID | None
    device_id: UUID | None
    subject: str
    priority: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseOpened(_CaseFact):
    """A case was opened; `alert_id` when a failing check opened it."""

    KIND: ClassVar[str] = "cases.opened"
    channel: str
    alert_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class CaseDispatched(_CaseFact):
    """A case was given to a team."""

    KIND: ClassVar[str] = "cases.dispatched"
    team_id: UUID


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(_CaseFact):
    """A case was given to a person, or to nobody."""

    KIND: ClassVar[str] = "cases.assigned"
    assignee_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(_CaseFact):
    """The provider wrote something the customer may read."""

    KIND: ClassVar[str] = "cases.answered"
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerWrote(_CaseFact):
    """The customer wrote on a case."""

    KIND: ClassVar[str] = "cases.customer_wrote"
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class CaseResolved(_CaseFact):
    """A case was resolved; the figures are in its resolution."""

    KIND: ClassVar[str] = "cases.resolved"
    resolution_id: UUID
    alternative: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(_CaseFact):
    """A resolved or closed case was opened again."""

    KIND: ClassVar[str] = "cases.reopened"


@dataclass(frozen=True, kw_only=True)
class CaseClosed(_CaseFact):
    """A resolved case was closed for good."""

    KIND: ClassVar[str] = "cases.closed"
