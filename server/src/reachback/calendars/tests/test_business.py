"""Business time against an independent model that looks at the wall clock minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachback.calendars.business import BusinessCalendar, always
from reachback.calendars.closures import Closures
from reachback.calendars.errors import BadHours, NeverOpens
from reachback.calendars.hours import ALWAYS, Opening, read_week

MINUTE = timedelta(minutes=1)
WORKING_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = dict.fromkeys(WORKING_DAYS, "09:00-12:00, 13:00-17:00")

# (zone, an instant near a change of its law): spring, autumn, half hours, and a date that never was
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 3, 22, 2, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # midnight itself is skipped
    ("America/Sao_Paulo", datetime(2019, 2, 17, 2, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # Friday the 30th did not happen
    ("Asia/Pyongyang", datetime(2018, 5, 4, 15, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(2026, 6, 1, tzinfo=UTC)),
]


def wall_says_open(calendar: BusinessCalendar, at: datetime) -> bool:
    """The slow model: read the wall, look the minute up, ask nothing about offsets."""
    wall = at.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
    minute = wall.hour * 60 + wall.minute
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        if calendar.closures.name_on(day) is not None:
            continue
        reading = minute + back * 1440
        if any(each.opens <= reading < each.closes for each in calendar.week[day.weekday()]):
            return True
    return False


def open_minutes(calendar: BusinessCalendar, start: datetime, end: datetime) -> int:
    count = 0
    while start < end:
        count += wall_says_open(calendar, start)
        start += MINUTE
    return count


@st.composite
def days(draw: st.DrawFn) -> tuple[Opening, ...]:
    cuts = draw(st.lists(st.integers(0, 95), max_size=4, unique=True))
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    openings = [Opening(a * 15, b * 15) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    if draw(st.booleans()) and (not openings or openings[-1].closes <= 1200):
        openings.append(Opening(1200, draw(st.integers(1440, 2000))))
    return tuple(openings)


@st.composite
def situations(draw: st.DrawFn) -> tuple[BusinessCalendar, datetime, datetime]:
    zone, change = draw(st.sampled_from(CHANGES))
    local = change.astimezone(ZoneInfo(zone)).date()
    closed = draw(st.lists(st.integers(-2, 2), max_size=2, unique=True))
    calendar = BusinessCalendar(
        zone=zone,
        week=tuple(draw(st.lists(days(), min_size=7, max_size=7))),
        closures=Closures(own={local + timedelta(days=each): "closed" for each in closed}),
    )
    start = change + timedelta(minutes=draw(st.integers(-3000, 2000)))
    return calendar, start, start + timedelta(minutes=draw(st.integers(0, 4000)))


@settings(max_examples=60, deadline=None)
@given(situations())
def test_open_time_between_two_instants_is_what_the_wall_shows(
    situation: tuple[BusinessCalendar, datetime, datetime],
) -> None:
    calendar, start, end = situation
    assert calendar.between(start, end) == open_minutes(calendar, start, end) * MINUTE


@settings(max_examples=60, deadline=None)
@given(situations(), st.integers(1, 900))
def test_adding_lands_where_exactly_that_much_open_time_has_passed(
    situation: tuple[BusinessCalendar, datetime, datetime], minutes: int
) -> None:
    calendar, start, _ = situation
    if not any(calendar.week):
        with pytest.raises(NeverOpens):
            calendar.add(start, minutes * MINUTE)
        return
    end = calendar.add(start, minutes * MINUTE)
    assert calendar.between(start, end) == minutes * MINUTE
    assert wall_says_open(calendar, end - MINUTE)


@settings(max_examples=60, deadline=None)
@given(situations())
def test_the_next_open_instant_is_open_and_none_before_it_is(
    situation: tuple[BusinessCalendar, datetime, datetime],
) -> None:
    calendar, start, _ = situation
    if not any(calendar.week):
        with pytest.raises(NeverOpens):
            calendar.next_open(start)
        return
    found = calendar.next_open(start)
    assert calendar.is_open(found)
    assert wall_says_open(calendar, found)
    assert calendar.between(start, found) == timedelta(0)


@given(situations())
@settings(max_examples=60, deadline=None)
def test_open_now_is_what_the_wall_shows(
    situation: tuple[BusinessCalendar, datetime, datetime],
) -> None:
    calendar, start, _ = situation
    assert calendar.is_open(start) == wall_says_open(calendar, start)


def test_the_lunch_gap_is_not_worked() -> None:
    calendar = BusinessCalendar(zone="Europe/Oslo", week=read_week(OFFICE))
    monday = datetime(2026, 6, 1, 11, 30, tzinfo=ZoneInfo("Europe/Oslo"))
    assert calendar.add(monday, timedelta(hours=1)) == monday.replace(hour=13, minute=30)


def test_a_day_that_loses_an_hour_has_twenty_three() -> None:
    spring = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 29, tzinfo=spring)
    calendar = always("Europe/Berlin")
    assert calendar.always_open
    assert calendar.between(start, datetime(2026, 3, 30, tzinfo=spring)) == timedelta(hours=23)


def test_a_public_holiday_of_the_region_is_closed_and_named() -> None:
    bavaria = BusinessCalendar(
        zone="Europe/Berlin", week=read_week(OFFICE), closures=Closures("DE", "BY")
    )
    berlin = BusinessCalendar(
        zone="Europe/Berlin", week=read_week(OFFICE), closures=Closures("DE", "BE")
    )
    epiphany = datetime(2026, 1, 6, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert not bavaria.is_open(epiphany)
    assert berlin.is_open(epiphany)
    assert bavaria.closures.name_on(date(2026, 1, 6))


def test_a_calendar_without_hours_says_so_at_once() -> None:
    never = BusinessCalendar(zone="UTC", week=((),) * 7)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for ask in (lambda: never.add(start, MINUTE), lambda: never.next_open(start)):
        with pytest.raises(NeverOpens, match="no opening hours"):
            ask()
    assert never.between(start, start + timedelta(days=900)) == timedelta(0)


def test_a_calendar_whose_every_day_is_closed_says_that() -> None:
    start = date(2026, 1, 1)
    closed = {start + timedelta(days=each): "renovation" for each in range(-2, 900)}
    calendar = BusinessCalendar(zone="UTC", week=ALWAYS, closures=Closures(own=closed))
    with pytest.raises(NeverOpens, match="holiday or closed"):
        calendar.next_open(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_duration_no_calendar_can_hold_is_refused_not_counted_for_ever() -> None:
    hour_a_week = BusinessCalendar(zone="UTC", week=read_week({"monday": "09:00-09:05"}))
    with pytest.raises(NeverOpens, match="too few"):
        hour_a_week.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=200))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "Europe"])
def test_a_zone_nobody_knows_is_refused(zone: str) -> None:
    with pytest.raises(BadHours):
        BusinessCalendar(zone=zone, week=ALWAYS)


def test_a_region_without_known_holidays_is_refused() -> None:
    with pytest.raises(BadHours, match="XX"):
        Closures("XX")


def test_local_times_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        always().is_open(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="negative"):
        always().add(datetime(2026, 1, 1, tzinfo=UTC), -MINUTE)
