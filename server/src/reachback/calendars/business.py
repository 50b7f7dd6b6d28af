"""Arithmetic in business time, on instants.

A calendar is open at an instant exactly when the clock on the wall in its zone reads an opening
time of a day that is not closed. Everything follows from that sentence: an hour the wall skips in
spring is not worked, an hour it shows twice in autumn is worked twice, a date a country skipped
has no hours. Local times are never subtracted from one another; each stretch of constant offset
from UTC is turned into instants, and only instants are compared.

Searches end: after `HORIZON_DAYS` days without an open minute, NeverOpens says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from reachback.calendars.closures import Closures
from reachback.calendars.errors import BadHours, NeverOpens
from reachback.calendars.hours import ALWAYS, MINUTES_PER_DAY, Week

HORIZON_DAYS = 800  # two years and a bit: longer than any real closure, soon enough to say so
LONGEST = timedelta(days=20 * 366)  # of waiting for enough open hours, all days together
_CACHED_DAYS = 4000

_DAY = timedelta(days=1)
_PROBE = timedelta(hours=6)  # no zone changes its offset twice within it
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class BusinessCalendar:
    """Weekly hours in a zone, less its closures. Compared and hashed by zone and week."""

    zone: str
    week: Week
    closures: Closures = field(default_factory=Closures, hash=False)
    _days: dict[date, tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        _zone(self.zone)
        if len(self.week) != 7:
            raise BadHours(what="a week has seven days")

    @property
    def always_open(self) -> bool:
        """Whether no instant is ever closed (24x7)."""
        return self.week == ALWAYS and not self.closures.country and not self.closures.own

    def is_open(self, at: datetime) -> bool:
        """Whether the calendar is open at the instant `at`."""
        at = _utc(at)
        return any(opens <= at < closes for opens, closes in self._spans_of(at.date()))

    def next_open(self, at: datetime) -> datetime:
        """The first open instant not before `at`. Raises NeverOpens."""
        at = _utc(at)
        return next(max(opens, at) for opens, closes in self._spans_from(at) if closes > at)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The instant at which `duration` of open time has passed since `start`.

        Zero is the first open instant; a duration used up exactly at closing time ends there.
        Raises NeverOpens, and ValueError when the duration is negative.
        """
        if duration < timedelta(0):
            raise ValueError("a business duration cannot be negative")
        start = _utc(start)
        if not duration:
            return self.next_open(start)
        left = duration
        for opens, closes in self._spans_from(start):
            begins = max(opens, start)
            if closes <= begins:
                continue
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
            if closes - start > LONGEST:
                break
        raise NeverOpens(reason="the open hours are too few for this duration", start=start)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; zero when `end` is not after `start`."""
        start, end = _utc(start), _utc(end)
        total = timedelta(0)
        if end <= start:
            return total
        day = start.date()
        while day <= end.date():
            for opens, closes in self._spans_of(day):
                total += max(min(closes, end) - max(opens, start), timedelta(0))
            day += _DAY
        return total

    def _spans_from(self, start: datetime) -> Iterator[Span]:
        day, closed_days = start.date(), 0
        while closed_days < HORIZON_DAYS:
            spans = self._spans_of(day)
            closed_days = 0 if any(closes > start for _, closes in spans) else closed_days + 1
            yield from spans
            try:
                day += _DAY
            except OverflowError:
                break
        raise NeverOpens(reason=self._why_never(), start=start)

    def _why_never(self) -> str:
        if not any(self.week):
            return "its week has no opening hours"
        return f"every working day of the next {HORIZON_DAYS} days is a holiday or closed"

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        """Open spans within the UTC day `day`, in order, not touching one another."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _CACHED_DAYS:
                self._days.clear()
            found = self._days[day] = _joined(self._work_out(day))
        return found

    def _work_out(self, day: date) -> list[Span]:
        spans: list[Span] = []
        for begins, ends, offset in _stretches(self.zone, day):
            local = (begins + offset).date() - _DAY  # yesterday's night shift reaches into today
            last = (ends + offset).date()
            while local <= last:
                midnight = datetime(local.year, local.month, local.day, tzinfo=UTC) - offset
                spans.extend(
                    (max(opens, begins), min(closes, ends))
                    for opens, closes in self._openings_on(local, midnight)
                    if opens < ends and closes > begins
                )
                local += _DAY
        return sorted(spans)

    def _openings_on(self, local: date, midnight: datetime) -> list[Span]:
        openings = self.week[local.weekday()]
        if not openings or self.closures.name_on(local) is not None:
            return []
        return [
            (midnight + timedelta(minutes=each.opens), midnight + timedelta(minutes=each.closes))
            for each in openings
        ]


def always(zone: str = "UTC") -> BusinessCalendar:
    """Round the clock, every day."""
    return BusinessCalendar(zone=zone, week=ALWAYS)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return tuple(joined)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(UTC)


@lru_cache(maxsize=700)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # unknown, a directory, a path
        raise BadHours(what=f"no zone is called {name!r}") from error


@lru_cache(maxsize=8192)
def _stretches(zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The UTC day cut where the zone's offset changes: (begins, ends, offset) each."""
    where = _zone(zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    cuts = [begins]
    for quarter in range(MINUTES_PER_DAY // 360):
        earlier = begins + quarter * _PROBE
        change = _change_between(where, earlier, earlier + _PROBE)
        if change is not None:
            cuts.append(change)
    cuts.append(begins + _DAY)
    return tuple(
        (left, right, _offset(where, left)) for left, right in pairwise(cuts) if left < right
    )


def _offset(where: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(where).utcoffset()
    assert offset is not None  # noqa: S101 - a ZoneInfo always answers for an instant
    return offset


def _change_between(where: ZoneInfo, left: datetime, right: datetime) -> datetime | None:
    """The first instant in (left, right] with another offset than `left`, to the second."""
    before = _offset(where, left)
    if _offset(where, right) == before:
        return None
    seconds_left, seconds_right = 0, int((right - left).total_seconds())
    while seconds_right - seconds_left > 1:
        middle = (seconds_left + seconds_right) // 2
        if _offset(where, left + timedelta(seconds=middle)) == before:
            seconds_left = middle
        else:
            seconds_right = middle
    return left + timedelta(seconds=seconds_right)
