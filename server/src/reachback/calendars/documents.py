"""A calendar as a JSON document, so that what was agreed can be kept word for word.

{"zone": "Europe/Oslo", "week": {"monday": "09:00-17:00"}, "country": "NO", "subdivision": "",
 "closed": {"2026-12-24": "Christmas Eve"}}
"""

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from reachback.calendars.business import BusinessCalendar
from reachback.calendars.closures import Closures
from reachback.calendars.errors import BadHours
from reachback.calendars.hours import read_week, write_week


class CalendarDocument(TypedDict):
    """The keys of a calendar's document; dates are ISO 8601."""

    zone: str
    week: dict[str, str]
    country: str
    subdivision: str
    closed: dict[str, str]


def write(calendar: BusinessCalendar) -> CalendarDocument:
    """The document `read` turns back into the same calendar."""
    return CalendarDocument(
        zone=calendar.zone,
        week=write_week(calendar.week),
        country=calendar.closures.country,
        subdivision=calendar.closures.subdivision,
        closed={day.isoformat(): name for day, name in sorted(calendar.closures.own.items())},
    )


def read(document: CalendarDocument) -> BusinessCalendar:
    """The calendar written in `document`. Raises BadHours."""
    return BusinessCalendar(
        zone=document["zone"],
        week=read_week(document["week"]),
        closures=Closures(
            document["country"], document["subdivision"], _read_dates(document["closed"])
        ),
    )


def _read_dates(closed: Mapping[str, str]) -> dict[date, str]:
    try:
        return {date.fromisoformat(day): name for day, name in closed.items()}
    except ValueError as error:
        raise BadHours(what=str(error)) from error
