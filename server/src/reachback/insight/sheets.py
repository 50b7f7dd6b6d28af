"""The report's tables as CSV: the same rows, exact, instants in UTC, safe in a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from reachback.insight.errors import NoSuchSheet
from reachback.insight.queries import Report
from reachback.insight.rows import CaseMark

Cell = str | int
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_CASE = ("case", "subject", "customer", "site", "priority", "sample")


def _case(mark: CaseMark | None) -> tuple[Cell, ...]:
    if mark is None:
        return ("",) * len(_CASE)
    sample = "sample" if mark.sample else ""
    return (mark.number, mark.subject, mark.customer, mark.site, mark.priority, sample)


def _savings(report: Report) -> Iterable[tuple[Cell, ...]]:
    yield (*_CASE, "avoided", "cost", "currency", "cost source", "recorded by", "recorded at")
    for row in report.savings:
        facts = (row.alternative, str(row.cost), row.currency, row.source, row.recorded_by)
        yield (*_case(row.case), *facts, _instant(row.recorded_at))


def _resolved(report: Report) -> Iterable[tuple[Cell, ...]]:
    yield (*_CASE, "opened at", "resolved at", "seconds to resolve")
    for row in report.resolved:
        times = (_instant(row.opened_at), _instant(row.resolved_at))
        yield (*_case(row.case), *times, _seconds(row.took))


def _answers(report: Report) -> Iterable[tuple[Cell, ...]]:
    yield (*_CASE, "opened at", "first answer", "open seconds used", "target seconds")
    for row in report.answers:
        facts = (_instant(row.opened_at), row.state, _seconds(row.took), _seconds(row.target))
        yield (*_case(row.case), *facts)


def _sessions(report: Report) -> Iterable[tuple[Cell, ...]]:
    yield ("device", "customer", "technician", "started at", "seconds", "sample", "case")
    for row in report.sessions:
        where = (row.device, row.customer, row.technician, _instant(row.started_at))
        sample = "sample" if row.sample else ""
        yield (*where, _seconds(row.length), sample, row.case.number if row.case else "")


SHEETS: Final[dict[str, Callable[[Report], Iterable[tuple[Cell, ...]]]]] = {
    "savings": _savings,
    "resolved": _resolved,
    "answers": _answers,
    "sessions": _sessions,
}


def sheet(name: str, report: Report) -> str:
    """One table as CSV with a header line. Raises NoSuchSheet."""
    rows = SHEETS.get(name)
    if rows is None:
        raise NoSuchSheet(name)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows(report))
    return text.getvalue()


def safe(cell: Cell) -> Cell:
    """Words that a spreadsheet would run are led by an apostrophe: device and mail wrote them."""
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return cell


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _seconds(duration: timedelta | None) -> Cell:
    return "" if duration is None else round(duration.total_seconds())
