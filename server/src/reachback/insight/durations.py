"""The middle and the slow end of a set of durations. Pure, exact, no interpolation at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median


@dataclass(frozen=True)
class Spread:
    """How many, the median, the ninth decile and the longest; None of nothing."""

    count: int
    median: timedelta | None
    p90: timedelta | None
    longest: timedelta | None


def spread(durations: Sequence[timedelta]) -> Spread:
    """The median is the mean of the middle two of an even number; p90 is by nearest rank.

    Nearest rank names a duration that was really measured: the shortest within which nine in ten
    were done.
    """
    if not durations:
        return Spread(0, None, None, None)
    ordered = sorted(durations)
    rank = -(-9 * len(ordered) // 10)
    middle = timedelta(seconds=median(each.total_seconds() for each in ordered))
    return Spread(len(ordered), middle, ordered[rank - 1], ordered[-1])
