from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import NOW

from reachback_wire import windows
from reachback_wire.documents import When, Window
from reachback_wire.documents.contract import DAYS
from reachback_wire.refusals import Refusal
from reachback_wire.requests import span

EVERY_DAY = tuple(DAYS)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def night(zone: str, start: str = "22:00", end: str = "06:00", *days: str) -> When:
    return When(zone, (Window(days or EVERY_DAY, start, end),))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T13:59:59", False),
        ("2026-11-23T14:00:00", True),
        ("2026-11-23T21:59:59", True),
        ("2026-11-23T22:00:00", False),
    ],
)
def test_a_window_across_midnight_is_kept_in_the_customers_zone(moment: str, is_open: bool) -> None:
    assert windows.is_open(night("Asia/Shanghai"), at(moment)) is is_open


def test_a_window_across_midnight_belongs_to_the_day_it_opens_on() -> None:
    monday = night("UTC", "22:00", "06:00", "mon")
    assert windows.is_open(monday, at("2026-11-24T05:59:59"))  # Tuesday morning
    assert not windows.is_open(monday, at("2026-11-23T05:59:59"))  # Monday morning
    holiday = When("UTC", monday.windows, "refused", ("2026-11-23",))
    assert not windows.is_open(holiday, at("2026-11-24T05:59:59"))
    assert windows.closes(monday, at("2026-11-23T23:00:00")) == at("2026-11-24T06:00:00")
    assert windows.closes(monday, at("2026-11-25T23:00:00")) == at("2026-11-25T23:00:00")


def test_when_clocks_go_forward_a_skipped_end_is_the_jump_itself() -> None:
    # Oslo, 2026-03-29: 02:00 becomes 03:00, which is 01:00 UTC.
    skipped = night("Europe/Oslo", "22:00", "02:30")
    assert windows.is_open(skipped, at("2026-03-29T00:59:59"))
    assert not windows.is_open(skipped, at("2026-03-29T01:00:00"))
    assert windows.closes(skipped, at("2026-03-28T23:00:00")) == at("2026-03-29T01:00:00")


def test_when_clocks_go_back_the_hour_that_occurs_twice_is_open_twice() -> None:
    # Oslo, 2026-10-25: 03:00 becomes 02:00 again at 01:00 UTC.
    early = night("Europe/Oslo", "02:00", "02:30")
    for moment, is_open in (
        ("2026-10-25T00:10:00", True),
        ("2026-10-25T00:40:00", False),
        ("2026-10-25T01:10:00", True),
        ("2026-10-25T01:40:00", False),
    ):
        assert windows.is_open(early, at(moment)) is is_open
    assert windows.closes(early, at("2026-10-25T00:10:00")) == at("2026-10-25T00:30:00")
    assert windows.closes(early, at("2026-10-25T01:10:00")) == at("2026-10-25T01:30:00")


def test_windows_that_follow_one_another_are_one() -> None:
    halves = (Window(EVERY_DAY, "00:00", "12:00"), Window(EVERY_DAY, "12:00", "18:00"))
    assert windows.closes(When("UTC", halves), at("2026-11-23T08:00:00")) == at(
        "2026-11-23T18:00:00"
    )
    always = When("UTC", (Window(EVERY_DAY, "00:00", "00:00"),))
    assert windows.closes(always, at("2026-11-23T08:00:00")) > at("2026-11-30T00:00:00")


@given(
    st.integers(0, 400 * 24 * 60),
    st.sampled_from(["Europe/Oslo", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sets(st.sampled_from(DAYS), min_size=1, max_size=5),
)
def test_a_window_is_open_until_it_closes_and_not_after(
    minutes: int, zone: str, start: int, end: int, days: set[str]
) -> None:
    window = Window(tuple(days), *(f"{n // 60:02}:{n % 60:02}" for n in (start, end)))
    when, moment = When(zone, (window,)), NOW + minutes * 60_000
    closing = windows.closes(when, moment)
    if windows.is_open(when, moment):
        assert closing > moment
        assert windows.is_open(when, closing - 1)
        assert not windows.is_open(when, closing)
    else:
        assert closing == moment


def test_an_unknown_zone_refuses() -> None:
    for zone in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(Refusal) as refused:
            windows.zone_of(zone)
        assert refused.value.code == "outside-window"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (40_000, "40 s"),
        (420_000, "7 min"),
        (26 * 3_600_000, "26 h"),
        (72 * 3_600_000, "3 days"),
    ],
)
def test_a_length_of_time_is_said_as_people_do(milliseconds: int, words: str) -> None:
    assert span(milliseconds) == words


@pytest.mark.parametrize(
    ("when", "moment", "first"),
    [
        (night("Asia/Shanghai"), "2026-11-23T10:00:00", "2026-11-23T14:00:00"),
        (night("Asia/Shanghai"), "2026-11-23T15:00:00", "2026-11-23T15:00:00"),
        (night("UTC", "22:00", "06:00", "mon"), "2026-11-24T06:00:00", "2026-11-30T22:00:00"),
        # The hour from 2 to 3 does not exist on this day: the window opens at the jump.
        (night("Europe/Oslo", "02:30", "05:00"), "2026-03-29T00:00:00", "2026-03-29T01:00:00"),
    ],
)
def test_the_next_opening_is_the_first_instant_at_which_a_window_is_open(
    when: When, moment: str, first: str
) -> None:
    assert windows.opens(when, at(moment)) == at(first)


def test_what_never_opens_has_no_next_opening() -> None:
    assert windows.opens(When("UTC", ()), NOW) is None


@given(st.integers(0, 400 * 24 * 60), st.sampled_from(["Europe/Oslo", "Asia/Shanghai", "UTC"]))
def test_nothing_is_open_before_the_next_opening(minutes: int, zone: str) -> None:
    moment = NOW + minutes * 60_000
    when = night(zone, "23:00", "05:00", "tue", "sat")
    first = windows.opens(when, moment)
    assert first is not None
    assert windows.is_open(when, first)
    assert first == moment or not windows.is_open(when, first - 1000)
    assert first == moment or not windows.is_open(when, moment)
