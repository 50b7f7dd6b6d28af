"""What the report's page knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from reachback.insight.charts import Chart
from reachback.insight.rows import CaseMark
from reachback.ui.contexts import PageContext


@dataclass(frozen=True, kw_only=True)
class Link:
    """One of a few choices; `here` is the one in force."""

    words: str
    href: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class Option:
    """One customer of the filter."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure and where its rows stand on the page."""

    number: str
    words: str
    rows: str


@dataclass(frozen=True, kw_only=True)
class CaseLink:
    """A row's case."""

    mark: CaseMark
    href: str


@dataclass(frozen=True)
class Cell:
    """One cell; its column's head is said again where rows are stacked on a phone."""

    head: str
    text: str | Promise


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a table behind a figure: its case, then its cells in words."""

    case: CaseLink | None
    cells: Sequence[Cell]
    at: datetime
    sample: bool
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class RowsTable:
    """The rows behind a figure; `left_out` stand in the CSV only."""

    id: str
    caption: str
    heads: Sequence[str]
    at_head: str
    lines: Sequence[Line]
    count: int
    left_out: int
    csv: str


@dataclass(frozen=True, kw_only=True)
class ChartLine:
    """One line of the table beside a chart."""

    words: str
    first: int
    second: int


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart in two widths and the table that says the same."""

    title: str
    label_head: str
    first_name: str
    second_name: str
    wide: Chart
    narrow: Chart
    lines: Sequence[ChartLine]
    bad_second: bool = False  # the second series is what went wrong


@dataclass(frozen=True, kw_only=True)
class PriorityCells:
    """One priority in words."""

    priority: int
    in_time: str
    resolved: int
    median: str
    p90: str
    longest: str


@dataclass(frozen=True, kw_only=True)
class ReportPage(PageContext):
    """Two questions, each with its answer, figures, chart and rows."""

    now: datetime
    first_day: date
    last_day: date
    lengths: Sequence[Link]
    sample_links: Sequence[Link]
    customers: Sequence[Option]
    customer: str
    days: int
    samples: bool
    has_samples: bool
    is_empty: bool
    empty_href: str
    trips_answer: SafeString
    trips_figures: Sequence[Figure]
    trips_chart: Drawing | None
    answers_answer: SafeString
    answers_figures: Sequence[Figure]
    answers_chart: Drawing | None
    priorities: Sequence[PriorityCells]
    savings: RowsTable
    answers: RowsTable
    resolved: RowsTable
    sessions: RowsTable
