"""The report's two charts, each in two widths with the table that says the same."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from reachback.insight.charts import bars
from reachback.insight.period import Period
from reachback.insight.queries import Report
from reachback.insight.web.contexts import ChartLine, Drawing

WIDE, NARROW = 860, 340


def avoided(report: Report, period: Period) -> Drawing | None:
    """What was avoided, recorded below, samples above."""
    if not report.savings:
        return None
    return _drawing(
        period,
        [row.recorded_at for row in report.savings if not row.case.sample],
        [row.recorded_at for row in report.savings if row.case.sample],
        title=_("Trips, call-backs and escalations avoided"),
        names=(_("recorded"), _("sample")),
    )


def answered(report: Report, period: Period) -> Drawing | None:
    """First answers by the day their case was opened, in time below, late above."""
    good = [row.opened_at for row in report.answers if row.state == "in_time"]
    bad = [row.opened_at for row in report.answers if row.state in {"late", "overdue"}]
    if not good and not bad:
        return None
    return _drawing(
        period,
        good,
        bad,
        title=_("First answers by when the case was opened"),
        names=(_("in time"), _("late")),
        bad_second=True,
    )


def _drawing(
    period: Period,
    first: Sequence[datetime],
    second: Sequence[datetime],
    *,
    title: str,
    names: tuple[str, str],
    bad_second: bool = False,
) -> Drawing:
    buckets = period.buckets()
    one, two = period.counts(list(first)), period.counts(list(second))
    labels = [formats.date_format(bucket.last, "j M") for bucket in buckets]
    weekly = any(bucket.first != bucket.last for bucket in buckets)
    return Drawing(
        title=title,
        label_head=_("Seven days to") if weekly else _("Day"),
        first_name=names[0],
        second_name=names[1],
        wide=bars(labels, one, two, width=WIDE),
        narrow=bars(labels, one, two, width=NARROW),
        lines=[
            ChartLine(words=label, first=a, second=b)
            for label, a, b in zip(labels, one, two, strict=True)
        ],
        bad_second=bad_second,
    )
