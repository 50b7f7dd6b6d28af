"""The time a report covers, and its division into the bars of a chart. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LENGTHS = (7, 30, 90)
DEFAULT = 30
_WEEKS_FROM = 60  # longer periods are drawn in weeks


@dataclass(frozen=True)
class Bucket:
    """One bar: the days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Period:
    """The last `days` days of a zone, today included: [since, until)."""

    days: int
    since: datetime
    until: datetime
    zone: ZoneInfo

    def buckets(self) -> list[Bucket]:
        """Days, or stretches of seven days counted back from today (the first may be shorter)."""
        step = 7 if self.days > _WEEKS_FROM else 1
        start = self.since.astimezone(self.zone).date()
        last = self.until.astimezone(self.zone).date()
        found: list[Bucket] = []
        while last >= start:
            first = max(start, last - timedelta(days=step - 1))
            found.append(Bucket(first, last))
            last = first - timedelta(days=1)
        return found[::-1]

    def counts(self, moments: list[datetime]) -> list[int]:
        """How many of the moments fall into each bucket; those outside are in none."""
        buckets = self.buckets()
        counted = [0] * len(buckets)
        for moment in moments:
            day = moment.astimezone(self.zone).date()
            for place, bucket in enumerate(buckets):
                if bucket.first <= day <= bucket.last:
                    counted[place] += 1
        return counted


def last_days(days: int, *, now: datetime, zone: ZoneInfo) -> Period:
    """The last days up to `now`, from midnight in the zone of whoever reads."""
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    return Period(days, datetime.combine(first, time.min, tzinfo=zone), now, zone)
