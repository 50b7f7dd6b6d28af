"""The report: rows from the rooms below, in a number of queries that does not grow with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reachback.access import queries as access
from reachback.cases import queries as cases
from reachback.cases.clock import Reading
from reachback.insight.errors import MayNotReport
from reachback.insight.period import Period
from reachback.insight.policy import may_read
from reachback.insight.rows import (
    Answered,
    AnswerRow,
    CaseMark,
    ResolvedRow,
    SavingRow,
    SessionRow,
)
from reachback.kernel.actors import Actor


@dataclass(frozen=True)
class Choice:
    """What the reader chose: the time, one customer or all they may see, samples or not."""

    period: Period
    organisation_id: UUID | None = None
    samples: bool = True


@dataclass(frozen=True, kw_only=True)
class Report:
    """Every row the report stands on, the latest first."""

    savings: tuple[SavingRow, ...]
    resolved: tuple[ResolvedRow, ...]
    answers: tuple[AnswerRow, ...]
    sessions: tuple[SessionRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened in the period."""
        return not (self.resolved or self.answers or self.sessions)

    @property
    def has_samples(self) -> bool:
        """Whether any figure counts a sample."""
        marks = [row.case for row in self.resolved] + [row.case for row in self.answers]
        return any(mark.sample for mark in marks) or any(row.sample for row in self.sessions)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Case(Protocol):
    """What is read of a case that came with its organisation and site."""

    number: int
    subject: str
    priority: int
    sample: bool

    @property
    def organisation(self) -> _Named: ...

    @property
    def site(self) -> _Named | None: ...


def report(actor: Actor, choice: Choice, *, now: datetime) -> Report:
    """Gather the rows the actor may see. Raises MayNotReport."""
    if not may_read(actor):
        raise MayNotReport
    savings, resolved = _resolutions(actor, choice)
    return Report(
        savings=savings,
        resolved=resolved,
        answers=_answers(actor, choice, now),
        sessions=_sessions(actor, choice),
    )


def _only(choice: Choice) -> dict[str, object]:
    """The filters that cases, resolutions and sessions share."""
    wanted: dict[str, object] = {}
    if choice.organisation_id is not None:
        wanted["organisation_id"] = choice.organisation_id
    if not choice.samples:
        wanted["sample"] = False
    return wanted


def _mark(case: _Case) -> CaseMark:
    return CaseMark(
        number=case.number,
        subject=case.subject,
        customer=case.organisation.name,
        site=case.site.name if case.site else "",
        priority=case.priority,
        sample=case.sample,
    )


def _resolutions(
    actor: Actor, choice: Choice
) -> tuple[tuple[SavingRow, ...], tuple[ResolvedRow, ...]]:
    period = choice.period
    found = (
        cases.resolutions(actor, since=period.since, until=period.until)
        .filter(**_only(choice))
        .select_related("case__organisation", "case__site")
        .order_by("-recorded_at", "-id")
    )
    savings, resolved = [], []
    for row in found:
        case = _mark(row.case)
        resolved.append(
            ResolvedRow(
                case=case,
                opened_at=row.case.opened_at,
                resolved_at=row.recorded_at,
                took=row.recorded_at - row.case.opened_at,
            )
        )
        if row.alternative != "none" and row.alternative_cost is not None:
            savings.append(
                SavingRow(
                    case=case,
                    alternative=row.alternative,
                    cost=row.alternative_cost,
                    currency=row.currency,
                    source=row.cost_source,
                    recorded_by=row.recorded_by_name,
                    recorded_at=row.recorded_at,
                )
            )
    return tuple(savings), tuple(resolved)


def _answers(actor: Actor, choice: Choice, now: datetime) -> tuple[AnswerRow, ...]:
    period = choice.period
    found = cases.opened_cases(actor, since=period.since, until=period.until)
    wanted = found.filter(**_only(choice)).order_by("-opened_at", "-id")
    rows = []
    for case, clocks in cases.with_clocks(wanted, now=now):
        first = clocks.first_response
        rows.append(
            AnswerRow(
                case=_mark(case),
                opened_at=case.opened_at,
                state=_state(first),
                took=first.used,
                target=first.target,
            )
        )
    return tuple(rows)


def _state(first: Reading) -> Answered:
    if first.target is None:
        return "unpromised"
    if first.state == "done":
        return "in_time" if first.breached_at is None else "late"
    return "waiting" if first.breached_at is None else "overdue"


def _sessions(actor: Actor, choice: Choice) -> tuple[SessionRow, ...]:
    period = choice.period
    found = (
        access.sessions(actor)
        .filter(started_at__gte=period.since, started_at__lt=period.until, **_only(choice))
        .select_related("case__organisation", "case__site")
        .order_by("-started_at", "-id")
    )
    rows = []
    for session in found:
        began, ended = session.started_at, session.ended_at
        if began is None:
            continue
        rows.append(
            SessionRow(
                case=_mark(session.case) if session.case else None,
                device=session.device.name,
                customer=session.organisation.name,
                technician=session.technician.name,
                started_at=began,
                length=ended - began if ended else None,
                sample=session.sample,
            )
        )
    return tuple(rows)
