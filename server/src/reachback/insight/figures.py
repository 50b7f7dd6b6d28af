"""Figures from rows. Pure: nothing is estimated, money is added within one currency only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reachback.insight.durations import Spread, spread
from reachback.insight.rows import AnswerRow, ResolvedRow, SavingRow

ALTERNATIVES = ("truck_roll", "call_back", "escalation")
PRIORITIES = (1, 2, 3, 4)


@dataclass(frozen=True)
class Money:
    """An amount in one currency (ISO 4217)."""

    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Avoided:
    """One kind of alternative: how often it was avoided and what that saved, per currency."""

    alternative: str
    count: int
    saved: tuple[Money, ...]


@dataclass(frozen=True)
class Answering:
    """First answers of the cases opened in the period."""

    opened: int
    in_time: int
    late: int
    overdue: int
    waiting: int
    unpromised: int

    @property
    def judged(self) -> int:
        """Cases whose first answer was in time, or certainly not."""
        return self.in_time + self.late + self.overdue

    @property
    def percent(self) -> int | None:
        """In time per hundred judged, rounded down: 99.6 is not 100. None of nothing."""
        return self.in_time * 100 // self.judged if self.judged else None


@dataclass(frozen=True)
class PriorityLine:
    """One priority: first answers of cases opened, time to resolve of cases resolved."""

    priority: int
    answering: Answering
    resolving: Spread


def saved(rows: Sequence[SavingRow]) -> tuple[Money, ...]:
    """The sum of each currency, by its code. Currencies are never added to one another."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.cost
    return tuple(Money(currency, sums[currency]) for currency in sorted(sums))


def avoided(rows: Sequence[SavingRow]) -> tuple[Avoided, ...]:
    """Every kind of alternative, those never avoided too."""
    return tuple(
        Avoided(kind, len(found), saved(found))
        for kind in ALTERNATIVES
        for found in [[row for row in rows if row.alternative == kind]]
    )


def answering(rows: Sequence[AnswerRow]) -> Answering:
    """Count first answers by how they stand to their target."""
    states = Counter(row.state for row in rows)
    return Answering(
        opened=len(rows),
        in_time=states["in_time"],
        late=states["late"],
        overdue=states["overdue"],
        waiting=states["waiting"],
        unpromised=states["unpromised"],
    )


def by_priority(
    answers: Sequence[AnswerRow], resolved: Sequence[ResolvedRow]
) -> tuple[PriorityLine, ...]:
    """A line for each priority that has a case."""
    lines = []
    for priority in PRIORITIES:
        opened = [row for row in answers if row.case.priority == priority]
        took = [row.took for row in resolved if row.case.priority == priority]
        if opened or took:
            lines.append(PriorityLine(priority, answering(opened), spread(took)))
    return tuple(lines)
