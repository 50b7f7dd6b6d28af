"""Figures by hand: medians, ranks, currencies, days and bars."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reachback.insight import figures, sheets, wording
from reachback.insight.charts import bars
from reachback.insight.durations import spread
from reachback.insight.figures import Answering, Money
from reachback.insight.period import last_days
from reachback.insight.rows import CaseMark, SavingRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MARK = CaseMark(number=1, subject="s", customer="c", site="", priority=3, sample=False)


def minutes(*each: int) -> list[timedelta]:
    return [timedelta(minutes=n) for n in each]


def saving(cost: str, currency: str, alternative: str = "truck_roll") -> SavingRow:
    return SavingRow(
        case=MARK,
        alternative=alternative,
        cost=Decimal(cost),
        currency=currency,
        source="price list",
        recorded_by="Tomás",
        recorded_at=NOW,
    )


def test_the_median_and_the_ninth_decile_are_exact() -> None:
    ten = spread(minutes(10, 9, 8, 7, 6, 5, 4, 3, 2, 1))
    assert (ten.median, ten.p90, ten.longest) == (
        timedelta(minutes=5, seconds=30),
        timedelta(minutes=9),
        timedelta(minutes=10),
    )
    eleven = spread(minutes(*range(1, 12)))
    assert (eleven.median, eleven.p90) == (timedelta(minutes=6), timedelta(minutes=10))
    one = spread(minutes(7))
    assert (one.median, one.p90, one.count) == (timedelta(minutes=7), timedelta(minutes=7), 1)
    assert spread([]).median is None


def test_currencies_are_never_added_to_one_another() -> None:
    rows = [saving("0.10", "EUR"), saving("0.20", "EUR"), saving("100", "CNY")]
    assert figures.saved(rows) == (Money("CNY", Decimal(100)), Money("EUR", Decimal("0.30")))
    kinds = figures.avoided([*rows, saving("5", "EUR", "call_back")])
    assert [(kind.alternative, kind.count) for kind in kinds] == [
        ("truck_roll", 3),
        ("call_back", 1),
        ("escalation", 0),
    ]
    assert wording.sums(kinds[0].saved) == "CNY 100.00 + EUR 0.30"


def test_a_percentage_is_rounded_down_and_none_of_nothing() -> None:
    assert Answering(300, 299, 1, 0, 0, 0).percent == 99
    assert Answering(4, 0, 0, 0, 3, 1).percent is None


def test_a_period_begins_at_midnight_where_the_reader_is() -> None:
    shanghai = last_days(7, now=NOW, zone=ZoneInfo("Asia/Shanghai"))
    assert shanghai.since == datetime(2026, 11, 13, 16, 0, tzinfo=UTC)
    assert len(shanghai.buckets()) == 7
    late = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)  # the 20th in Shanghai
    assert shanghai.counts([late]) == [0, 0, 0, 0, 0, 0, 1]
    assert shanghai.counts([late - timedelta(days=40)]) == [0] * 7


def test_ninety_days_are_weeks_counted_back_from_today() -> None:
    period = last_days(90, now=NOW, zone=ZoneInfo("UTC"))
    buckets = period.buckets()
    assert (len(buckets), buckets[-1].last) == (13, date(2026, 11, 20))
    assert (buckets[-1].last - buckets[-1].first).days == 6
    assert (buckets[0].first, (buckets[0].last - buckets[0].first).days) == (
        date(2026, 8, 23),
        5,
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"), (59.2, "1 min"), (61, "2 min"), (3600, "1 h"), (3661, "1 h 2 min"),
        (47 * 3600, "47 h"), (48 * 3600, "2 days"), (68 * 3600 + 1, "2 days 21 h"),
    ],
)  # fmt: skip
def test_a_duration_is_rounded_up_so_that_within_is_true(seconds: float, said: str) -> None:
    assert wording.lasting(timedelta(seconds=seconds)).replace("\u00a0", " ") == said


def test_bars_stand_on_the_axis_and_reach_their_value() -> None:
    chart = bars(["a", "b"], [4, 0], [4, 2], width=430, height=188)
    assert [mark.text for mark in chart.scale] == ["0", "2", "4", "6", "8"]
    first, second, third = chart.bars
    assert (first.series, first.y, first.height) == (1, "90.0", "72.0")
    assert (second.series, second.y, second.height) == (2, "18.0", "72.0")
    assert (third.y, third.height) == ("126.0", "36.0")
    assert [mark.text for mark in chart.values] == ["8", "2"]


def test_words_a_spreadsheet_would_run_are_kept_from_it() -> None:
    assert [sheets.safe(cell) for cell in ("=1+1", "@x", "-1", "\tx", "plain", 7)] == [
        "'=1+1", "'@x", "'-1", "'\tx", "plain", 7,
    ]  # fmt: skip
