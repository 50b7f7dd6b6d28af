"""The only reader of the wall clock in the server. Everything else takes `now` as an argument."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), tz=UTC)


def milliseconds() -> int:
    """Return whole milliseconds since 1970-01-01T00:00Z, for identifiers."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds on a clock that never goes back, for measuring durations only."""
    return time.monotonic()
