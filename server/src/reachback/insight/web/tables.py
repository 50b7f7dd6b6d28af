"""The rows behind the figures, in words, each linked to its case."""

from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reachback.insight import wording
from reachback.insight.figures import Money
from reachback.insight.queries import Report
from reachback.insight.rows import AnswerRow, CaseMark, ResolvedRow, SavingRow, SessionRow
from reachback.insight.web.contexts import CaseLink, Cell, Line, RowsTable

MOST = 300  # lines on the page; the CSV has them all
_TONES = {"late": "red", "overdue": "red", "in_time": "green"}
Href = Callable[[int], str]


def _link(mark: CaseMark | None, href: Href) -> CaseLink | None:
    return CaseLink(mark=mark, href=href(mark.number)) if mark else None


def _cells(heads: Sequence[str], *texts: str | Promise) -> list[Cell]:
    return [Cell(head, text) for head, text in zip(heads, texts, strict=True)]


def _table(
    name: str,
    caption: str,
    heads: Sequence[str],
    at_head: str,
    lines: Sequence[Line],
    csv: str,
) -> RowsTable:
    return RowsTable(
        id=f"rows-{name}",
        caption=caption,
        heads=heads,
        at_head=at_head,
        lines=lines[:MOST],
        count=len(lines),
        left_out=max(0, len(lines) - MOST),
        csv=csv,
    )


def savings(report: Report, href: Href, csv: str) -> RowsTable:
    """What was avoided: alternative, cost, source and who recorded it."""
    heads = (_("Avoided"), _("Would have cost"), _("Source of the cost"), _("Recorded by"))

    def line(row: SavingRow) -> Line:
        cost = wording.money(Money(row.currency, row.cost))
        kind = wording.ALTERNATIVES.get(row.alternative, row.alternative)
        return Line(
            case=_link(row.case, href),
            cells=_cells(heads, kind, cost, row.source, row.recorded_by),
            at=row.recorded_at,
            sample=row.case.sample,
        )

    lines = [line(row) for row in report.savings]
    return _table("savings", _("What was avoided"), heads, _("Recorded"), lines, csv)


def resolved(report: Report, href: Href, csv: str) -> RowsTable:
    """Cases resolved, and how long the customer waited."""
    heads = (_("Customer"), _("Opening to resolution"))

    def line(row: ResolvedRow) -> Line:
        return Line(
            case=_link(row.case, href),
            cells=_cells(heads, row.case.customer, wording.lasting(row.took)),
            at=row.resolved_at,
            sample=row.case.sample,
        )

    lines = [line(row) for row in report.resolved]
    return _table("resolved", _("Cases resolved"), heads, _("Resolved"), lines, csv)


def answers(report: Report, href: Href, csv: str) -> RowsTable:
    """Cases opened, and their first answer."""
    heads = (_("First answer"), _("Open time used"), _("Target"))

    def line(row: AnswerRow) -> Line:
        return Line(
            case=_link(row.case, href),
            cells=_cells(
                heads,
                wording.ANSWERS[row.state],
                wording.lasting(row.took),
                wording.lasting(row.target),
            ),
            at=row.opened_at,
            sample=row.case.sample,
            tone=_TONES.get(row.state, ""),
        )

    lines = [line(row) for row in report.answers]
    return _table("answers", _("First answers"), heads, _("Opened"), lines, csv)


def sessions(report: Report, href: Href, csv: str) -> RowsTable:
    """Sessions on devices."""
    heads = (_("Device"), _("Technician"), _("Length"))

    def line(row: SessionRow) -> Line:
        return Line(
            case=_link(row.case, href),
            cells=_cells(heads, row.device, row.technician, wording.lasting(row.length)),
            at=row.started_at,
            sample=row.sample,
        )

    lines = [line(row) for row in report.sessions]
    return _table("sessions", _("Sessions"), heads, _("Began"), lines, csv)
