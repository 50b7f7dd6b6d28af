"""Opening hours as people write them: minutes of a local day, lunch gaps and night shifts included.

A day's hours are text such as `09:00-12:00, 13:00-17:30` or `22:00-06:00`; the latter belongs to
the day on which it begins. `00:00-24:00` is the whole day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from reachback.calendars.errors import BadHours

MINUTES_PER_DAY = 24 * 60
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})\s*\Z", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """One opening, in minutes after local midnight; `closes` beyond 1440 runs into the next day."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < MINUTES_PER_DAY:
            raise BadHours(what=f"opens at minute {self.opens}")
        if not self.opens < self.closes <= self.opens + MINUTES_PER_DAY:
            raise BadHours(what=f"closes at minute {self.closes}")


Week = tuple[tuple[Opening, ...], ...]
ALWAYS: Week = ((Opening(0, MINUTES_PER_DAY),),) * 7


def read_day(text: str) -> tuple[Opening, ...]:
    """The openings written in `text`; empty text is a closed day. Raises BadHours."""
    if not text.strip():
        return ()
    openings = sorted(_read_span(part) for part in text.split(","))
    for earlier, later in pairwise(openings):
        if later.opens < earlier.closes:
            raise BadHours(what=f"{text!r} overlaps itself")
    return tuple(openings)


def _read_span(text: str) -> Opening:
    match = _SPAN.match(text)
    if match is None:
        raise BadHours(what=f"{text.strip()!r} is not like 09:00-17:00")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    if max(from_minute, to_minute) > 59 or from_hour > 23 or to_hour * 60 + to_minute > 1440:
        raise BadHours(what=f"{text.strip()!r} is not a time of day")
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if closes == opens:
        raise BadHours(what=f"{text.strip()!r} has no length; the whole day is 00:00-24:00")
    return Opening(opens, closes if closes > opens else closes + MINUTES_PER_DAY)


def read_week(document: Mapping[str, str]) -> Week:
    """The week written as {"monday": "09:00-17:00", …}; days left out are closed."""
    unknown = sorted(set(document) - set(DAYS))
    if unknown:
        raise BadHours(what=f"no day is called {unknown[0]!r}")
    return tuple(read_day(document.get(day, "")) for day in DAYS)


def write_week(week: Week) -> dict[str, str]:
    """The document `read_week` reads back to the same week."""
    return {
        day: ", ".join(_write_span(opening) for opening in openings)
        for day, openings in zip(DAYS, week, strict=True)
        if openings
    }


def _write_span(opening: Opening) -> str:
    closes = opening.closes
    if closes > MINUTES_PER_DAY:
        closes -= MINUTES_PER_DAY
    return f"{opening.opens // 60:02}:{opening.opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
