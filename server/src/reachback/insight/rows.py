"""The rows behind each figure: one recorded fact each, with its case."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

#: in_time, late: answered. overdue: not answered, target passed. waiting: not answered, not due.
#: unpromised: no target was agreed.
Answered = Literal["in_time", "late", "overdue", "waiting", "unpromised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMark:
    """What every row says about its case."""

    number: int
    subject: str
    customer: str
    site: str
    priority: int
    sample: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingRow:
    """An alternative somebody recorded as avoided: what it would have cost, by which source."""

    case: CaseMark
    alternative: str
    cost: Decimal
    currency: str
    source: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRow:
    """A case resolved in the period; `took` is wall time from opening, waiting included."""

    case: CaseMark
    opened_at: datetime
    resolved_at: datetime
    took: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """A case opened in the period and its first answer; `took` is open time on its calendar."""

    case: CaseMark
    opened_at: datetime
    state: Answered
    took: timedelta
    target: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session on a device that began in the period; `length` is None while it lasts."""

    case: CaseMark | None
    device: str
    customer: str
    technician: str
    started_at: datetime
    length: timedelta | None
    sample: bool
