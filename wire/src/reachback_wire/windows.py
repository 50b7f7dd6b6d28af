"""Windows of wall-clock time in the customer's zone, across midnight and clock changes.

A window belongs to the day it opens on. What counts is the clock on the customer's wall: an hour
that occurs twice is open twice, an hour that is skipped is not there.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reachback_wire.documents.contract import DAYS, When, Window
from reachback_wire.refusals import Refusal

_MINUTES_A_DAY: Final = 24 * 60
# Windows that follow one another without a break are joined, up to this many.
_MOST_JOINED: Final = 16
_DAYS_AHEAD: Final = 15


def zone_of(name: str) -> ZoneInfo:
    """Load a zone; raises Refusal `outside-window` when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refusal("outside-window", f"The zone “{name}” is unknown here.") from error


def local(at: int, zone: ZoneInfo) -> datetime:
    """Give the wall clock in `zone` at `at` (ms since 1970)."""
    return datetime.fromtimestamp(at // 1000, zone)


def is_open(when: When, at: int) -> bool:
    """Whether a window is open at `at` (ms since 1970)."""
    return next(_openings(when, at), None) is not None


def closes(when: When, at: int) -> int:
    """Give the first ms after `at` at which no window is open; `at` itself when none is open."""
    zone = zone_of(when.zone)
    for _ in range(_MOST_JOINED):
        ends = [_instant(end, zone, at) for end in _openings(when, at)]
        if not ends:
            break
        at = max(ends)
    return at


def opens(when: When, at: int) -> int | None:
    """Give the first instant (ms) from `at` on at which a window is open; `at` itself when one is.

    None when there is none within `_DAYS_AHEAD` days (holidays, or no window at all).
    """
    if is_open(when, at):
        return at
    zone = zone_of(when.zone)
    today = local(at, zone).date()
    starts = (
        _instant(_wall(today + timedelta(days=ahead), _minutes(window.start)), zone, at)
        for ahead in range(_DAYS_AHEAD)
        for window in when.windows
    )
    return min((start for start in starts if start > at and is_open(when, start)), default=None)


def _openings(when: When, at: int) -> Iterator[datetime]:
    """Yield the closing wall-clock time (naive) of every window that is open at `at`."""
    now = local(at, zone_of(when.zone))
    minute, today = now.hour * 60 + now.minute, now.date()
    for window in when.windows:
        start, end = _minutes(window.start), _minutes(window.end)
        crosses = end <= start
        if start <= minute < (_MINUTES_A_DAY if crosses else end) and _counts(when, window, today):
            yield _wall(today + timedelta(days=crosses), end)
        yesterday = today - timedelta(days=1)
        if crosses and minute < end and _counts(when, window, yesterday):
            yield _wall(today, end)


def _counts(when: When, window: Window, day: date) -> bool:
    return DAYS[day.weekday()] in window.days and day.isoformat() not in when.dates


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _wall(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60)  # noqa: DTZ001  wall


def _instant(wall: datetime, zone: ZoneInfo, after: int) -> int:
    """Give the first instant (ms) after `after` at which the wall clock reaches `wall`."""
    first = _milliseconds(wall.replace(tzinfo=zone, fold=0))
    second = _milliseconds(wall.replace(tzinfo=zone, fold=1))
    if first > second:  # the wall clock skips this time: it is reached at the jump itself
        return _jump(zone, second, first)
    return first if first > after else second


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _jump(zone: ZoneInfo, low: int, high: int) -> int:
    """Find the change of offset between two instants (ms), to the second."""
    before = local(low, zone).utcoffset()
    low, high = low // 1000, high // 1000
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high * 1000
