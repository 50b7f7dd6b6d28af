"""Opening hours as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback.calendars.errors import BadHours
from reachback.calendars.hours import ALWAYS, Opening, read_day, read_week, write_week


def test_lunch_and_night_are_read() -> None:
    assert read_day("09:00-12:00, 13:00-17:30") == (Opening(540, 720), Opening(780, 1050))
    assert read_day("22:00-06:00") == (Opening(1320, 1800),)
    assert read_day("00:00\u201324:00") == (Opening(0, 1440),)
    assert read_day(" ") == ()


@pytest.mark.parametrize(
    "text",
    ["9-17", "09:00-09:00", "25:00-26:00", "09:61-10:00", "09:00-12:00, 11:00-13:00", "nine", ","],
)
def test_hours_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(BadHours):
        read_day(text)


def test_a_day_nobody_knows_is_refused() -> None:
    with pytest.raises(BadHours, match="frid"):
        read_week({"frid": "09:00-10:00"})


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(701, 1400)), min_size=7, max_size=7))
def test_a_written_week_reads_back_the_same(pairs: list[tuple[int, int]]) -> None:
    week = tuple((Opening(opens, closes),) for opens, closes in pairs)
    assert read_week(write_week(week)) == week
    assert read_week(write_week(ALWAYS)) == ALWAYS


@given(st.text(max_size=40))
def test_any_text_gives_hours_or_one_error(text: str) -> None:
    try:
        openings = read_day(text)
    except BadHours:
        return
    assert all(each.opens < each.closes for each in openings)
